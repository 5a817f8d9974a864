import * as Y from 'yjs'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DocId } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Clock } from '@cloudos/protocol/ports'
import { clientLock } from './client-lock.ts'
import { EditPace } from './edit-pace.ts'
import { holdLock } from './leadership.ts'
import type { Locks } from './leadership.ts'
import { parseTabMessage } from './tab-messages.ts'
import type { TabMessage } from './tab-messages.ts'

type Said<Kind extends TabMessage['kind']> = Extract<TabMessage, { kind: Kind }>

/** Where this tab's own edits are. */
export type Saving =
  | { readonly phase: 'saved' }
  | { readonly phase: 'saving' }
  /** Kept in this tab's memory only. `chain-changed` is for good; anything else is tried again. */
  | { readonly phase: 'refused'; readonly code: string; readonly message: string }

interface Edit {
  readonly nth: number
  readonly update: Uint8Array
}

export interface TabDocParts {
  readonly docId: DocId
  /** Unlike any other tab's. */
  readonly tab: string
  readonly channel: BroadcastChannel
  readonly locks: Locks
  readonly clock: Clock
}

/**
 * A document as one tab edits it: plain Yjs on `ydoc`, under a client id of the browser's chain that no other tab holds. Edits go to the
 * leader at an `EditPace`, as one update for each window, and stay here until some leader has acknowledged them, and are said again to each new leader: Yjs ignores what it has already got.
 */
export class TabDoc implements Disposable {
  readonly docId: DocId
  readonly ydoc = new Y.Doc()
  /** Resolves when the document's content is here and it may be edited; editing earlier is a bug. Rejects (`CloudError`) when it does not open. */
  readonly ready: Promise<void>
  readonly #parts: TabDocParts
  readonly #ready = Promise.withResolvers<void>()
  readonly #listeners = new Set<(saving: Saving) => void>()
  readonly #pace: EditPace
  #saving: Saving = { phase: 'saved' }
  #own: { readonly client: number; readonly chain: string; readonly lock: Disposable } | undefined
  /** The leader that has answered; without one, edits wait. */
  #term: string | undefined
  #unsent: Uint8Array[] = []
  #unsentBytes = 0
  #unacknowledged: Edit[] = []
  #count = 0
  #disposed = false

  constructor(parts: TabDocParts) {
    this.docId = parts.docId
    this.ready = this.#ready.promise
    this.#parts = parts
    this.#pace = new EditPace(parts.clock, () => {
      this.#send()
    })
    parts.channel.addEventListener('message', this.#onMessage)
    this.ydoc.on('update', this.#onUpdate)
    this.#join()
  }

  get saving(): Saving {
    return this.#saving
  }

  onSaving(listener: (saving: Saving) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Edits wait here for more of them. */
  get isGathering(): boolean {
    return this.#pace.isGathering
  }

  /** What waits for more goes to the leader now. */
  flush(): void {
    this.#pace.flush()
  }

  retry(): void {
    this.#say({ kind: 'retry', docId: this.docId })
  }

  [Symbol.dispose](): void {
    this.#pace.flush()
    this.#disposed = true
    this.#pace[Symbol.dispose]()
    this.#parts.channel.removeEventListener('message', this.#onMessage)
    this.#own?.lock[Symbol.dispose]()
    this.ydoc.destroy()
  }

  readonly #onMessage = ({ data }: MessageEvent<unknown>): void => {
    const message = parseTabMessage(data)
    if (message === undefined) return
    if (message.kind === 'leading') {
      this.#term = undefined
      this.#join()
      return
    }
    if (message.docId !== this.docId) return
    if (message.kind === 'joined' && message.tab === this.#parts.tab) void this.#joined(message)
    if (message.kind === 'unopened' && message.tab === this.#parts.tab && this.#own === undefined)
      this.#ready.reject(new CloudError(message.code, message.message))
    if (message.kind === 'saved') this.#saved(message)
    if (message.kind === 'refused') this.#setSaving({ phase: 'refused', code: message.code, message: message.message })
  }

  readonly #onUpdate = (update: Uint8Array, origin: unknown): void => {
    if (origin === this) return
    this.#unsent.push(update)
    this.#unsentBytes += update.length
    this.#pace.edited()
    if (this.#unsentBytes > LIMITS.flushMaxBytes) this.#pace.flush()
    if (this.#saving.phase === 'saved') this.#setSaving({ phase: 'saving' })
  }

  #join(): void {
    const { docId } = this
    this.#say({
      kind: 'join',
      docId,
      tab: this.#parts.tab,
      client: this.#own?.client,
      state: Y.encodeStateVector(this.ydoc),
    })
  }

  async #joined({ client, chain, term, update }: Said<'joined'>): Promise<void> {
    Y.applyUpdate(this.ydoc, update, this)
    if (this.#own === undefined) {
      const lock = await holdLock(this.#parts.locks, clientLock(this.docId, client))
      if (lock === undefined) {
        this.#join() // another tab was quicker
        return
      }
      if (this.#disposed || this.#isOwned()) {
        lock[Symbol.dispose]()
        return
      }
      this.#own = { client, chain, lock }
      this.ydoc.clientID = client
      this.#ready.resolve()
    }
    if (this.#own.chain !== chain) {
      this.#setSaving({ phase: 'refused', code: 'chain-changed', message: CHAIN_CHANGED })
      return
    }
    this.#term = term
    for (const edit of this.#unacknowledged) this.#sayEdit(term, edit)
    this.#send()
  }

  #isOwned(): boolean {
    return this.#own !== undefined
  }

  #send(): void {
    if (this.#unsent.length === 0 || this.#term === undefined) return
    for (const update of mergedWithin(LIMITS.flushMaxBytes, this.#unsent)) {
      const edit = { nth: ++this.#count, update }
      this.#unacknowledged.push(edit)
      this.#sayEdit(this.#term, edit)
    }
    this.#unsent = []
    this.#unsentBytes = 0
  }

  #saved({ update, acks }: Said<'saved'>): void {
    Y.applyUpdate(this.ydoc, update, this)
    const nth = acks.find(([tab]) => tab === this.#parts.tab)?.[1]
    if (nth !== undefined) this.#unacknowledged = this.#unacknowledged.filter((edit) => edit.nth > nth)
    const waiting = this.#unacknowledged.length + this.#unsent.length > 0
    if (this.#saving.phase !== 'refused' || this.#saving.code !== 'chain-changed')
      this.#setSaving({ phase: waiting ? 'saving' : 'saved' })
  }

  #setSaving(saving: Saving): void {
    if (this.#saving.phase === 'saved' && saving.phase === 'saved') return
    this.#saving = saving
    for (const listener of this.#listeners) listener(saving)
  }

  #sayEdit(term: string, { nth, update }: Edit): void {
    this.#say({ kind: 'edit', docId: this.docId, term, tab: this.#parts.tab, nth, update })
  }

  #say(message: TabMessage): void {
    this.#parts.channel.postMessage(message)
  }
}

/** Fewer and larger updates, none over `maxBytes` unless it came so. */
function mergedWithin(maxBytes: number, updates: readonly Uint8Array[]): readonly Uint8Array[] {
  const merged: Uint8Array[] = []
  let batch: Uint8Array[] = []
  let bytes = 0
  for (const update of updates) {
    if (batch.length > 0 && bytes + update.length > maxBytes) {
      merged.push(Y.mergeUpdates(batch))
      batch = []
      bytes = 0
    }
    batch.push(update)
    bytes += update.length
  }
  return batch.length === 0 ? merged : [...merged, Y.mergeUpdates(batch)]
}

const CHAIN_CHANGED =
  'A copy of this browser profile has written in its name, so this tab can no longer save. Copy what you need from it and reload the page.'

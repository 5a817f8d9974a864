import * as Y from 'yjs'
import { readUpdate } from '@cloudos/crypto/yjs-reader'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DocId } from '@cloudos/protocol/ids'
import type { SealedDoc } from '../sealed-doc.ts'
import { findClientOfLock } from './client-lock.ts'
import type { Locks } from './leadership.ts'
import { parseTabMessage } from './tab-messages.ts'
import type { TabMessage } from './tab-messages.ts'

type Said<Kind extends TabMessage['kind']> = Extract<TabMessage, { kind: Kind }>

type Say = (message: TabMessage) => void

export interface TabHostParts {
  /** Unlike any other leader's. */
  readonly term: string
  readonly channel: BroadcastChannel
  readonly locks: Locks
  readonly open: (docId: DocId) => Promise<SealedDoc>
}

/** The leader's side: lets every tab of this browser profile, this one too, edit documents that only the leader writes. */
export function startTabHost({ term, channel, locks, open }: TabHostParts): Disposable {
  const hosted = new Map<DocId, Promise<HostedDoc>>()
  const stopped = new AbortController()
  const say: Say = (message) => {
    if (!stopped.signal.aborted) channel.postMessage(message)
  }
  const find = (docId: DocId): Promise<HostedDoc> => {
    const known = hosted.get(docId)
    if (known !== undefined) return known
    const opening = open(docId).then((doc) => new HostedDoc(doc, term, say, locks))
    hosted.set(docId, opening)
    opening.catch(() => hosted.delete(docId))
    return opening
  }
  const join = async (message: Said<'join'>): Promise<void> => {
    try {
      await (await find(message.docId)).join(message)
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      say({ kind: 'unopened', docId: message.docId, tab: message.tab, code: cause.code, message: cause.message })
    }
  }
  // An edit or retry for a document that nobody has joined since this leader began is said again after joining.
  const withJoined = (docId: DocId, act: (doc: HostedDoc) => void): void => {
    hosted.get(docId)?.then(act, () => undefined) // whoever joined has been told that it did not open
  }
  const onMessage = ({ data }: MessageEvent<unknown>): void => {
    const message = parseTabMessage(data)
    if (message?.kind === 'join') void join(message)
    else if (message?.kind === 'edit') withJoined(message.docId, (doc) => { doc.edit(message) }) // prettier-ignore
    else if (message?.kind === 'retry') withJoined(message.docId, (doc) => { doc.share() }) // prettier-ignore
  }
  channel.addEventListener('message', onMessage)
  say({ kind: 'leading' })
  return {
    [Symbol.dispose]: () => {
      if (stopped.signal.aborted) return
      stopped.abort()
      channel.removeEventListener('message', onMessage)
      for (const docId of hosted.keys()) withJoined(docId, (doc) => { doc[Symbol.dispose]() }) // prettier-ignore
    },
  }
}

/**
 * One document, as the tabs see it: only what is durable here is shown to them. So a tab that outlives this leader never leans on
 * anything its successor has not got.
 */
class HostedDoc implements Disposable {
  readonly #doc: SealedDoc
  readonly #term: string
  readonly #say: Say
  readonly #locks: Locks
  readonly #unshared: Uint8Array[] = []
  readonly #unacknowledged = new Map<string, number>()
  /** Edits that lean on structs this log has not got: applied now, Yjs would integrate them later as somebody else's. */
  readonly #early: Said<'edit'>[] = []
  #stopped = false
  #applying = false
  #sharing = false

  constructor(doc: SealedDoc, term: string, say: Say, locks: Locks) {
    this.#doc = doc
    this.#term = term
    this.#say = say
    this.#locks = locks
    doc.ydoc.on('update', this.#onUpdate)
  }

  [Symbol.dispose](): void {
    this.#stopped = true
    this.#doc.ydoc.off('update', this.#onUpdate)
  }

  async join({ docId, tab, client: held, state }: Said<'join'>): Promise<void> {
    const client = held ?? this.#doc.claimClientId(await this.#takenClients())
    const update = Y.encodeStateAsUpdate(this.#doc.ydoc, state)
    await this.#save()
    this.#say({ kind: 'joined', docId, tab, client, chain: this.#doc.chain, term: this.#term, update })
  }

  edit(edit: Said<'edit'>): void {
    if (edit.term !== this.#term) return
    this.#early.push(edit)
    this.#applyEarly()
    this.share()
  }

  share(): void {
    if (!this.#sharing) void this.#shareAll()
  }

  readonly #onUpdate = (update: Uint8Array): void => {
    this.#unshared.push(update)
    this.#applyEarly()
    this.share()
  }

  /** Each edit may be what another waits for, so go round until a round applies nothing. A tab's edits keep their order. */
  #applyEarly(): void {
    if (this.#applying) return
    this.#applying = true
    for (let progress = true; progress;) {
      progress = false
      const waiting = new Set<string>()
      for (const edit of this.#early.splice(0)) {
        if (waiting.has(edit.tab) || !this.#hasWhatItNeeds(edit.update)) {
          this.#early.push(edit)
          waiting.add(edit.tab)
          continue
        }
        Y.applyUpdate(this.#doc.ydoc, edit.update)
        this.#unacknowledged.set(edit.tab, edit.nth)
        progress = true
      }
    }
    this.#applying = false
  }

  /** Group commit: what comes while the browser writes goes into the next round. */
  async #shareAll(): Promise<void> {
    this.#sharing = true
    while (!this.#stopped && (this.#unshared.length > 0 || this.#unacknowledged.size > 0)) {
      const [updates, acks] = [[...this.#unshared], [...this.#unacknowledged]]
      if (!(await this.#save())) break
      this.#unshared.splice(0, updates.length)
      for (const [tab, nth] of acks) if (this.#unacknowledged.get(tab) === nth) this.#unacknowledged.delete(tab)
      this.#say({ kind: 'saved', docId: this.#doc.docId, update: Y.mergeUpdates(updates), acks })
    }
    this.#sharing = false
  }

  async #save(): Promise<boolean> {
    try {
      await this.#doc.durable()
      return true
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      this.#say({ kind: 'refused', docId: this.#doc.docId, code: cause.code, message: cause.message })
      return false
    }
  }

  async #takenClients(): Promise<ReadonlySet<number>> {
    const { ydoc, docId } = this.#doc
    const { held = [], pending = [] } = await this.#locks.query()
    const locked = [...held, ...pending].flatMap(({ name }) => findClientOfLock(docId, name) ?? [])
    return new Set([...locked, ...ydoc.store.clients.keys(), ydoc.clientID])
  }

  #hasWhatItNeeds(update: Uint8Array): boolean {
    const shape = readUpdate(update)
    if (!shape.ok) return false
    const ends = new Map<number, number>()
    const end = (client: number): number => ends.get(client) ?? Y.getState(this.#doc.ydoc.store, client)
    for (const { client, clock, length } of shape.value.structs) {
      if (clock > end(client)) return false
      ends.set(client, Math.max(end(client), clock + length))
    }
    return (
      shape.value.needs.every(({ client, clock }) => clock < end(client)) &&
      shape.value.deletes.every(({ client, clock, length }) => clock + length <= end(client))
    )
  }
}

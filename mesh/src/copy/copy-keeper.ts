import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { ChainKey, DocId, Hash } from '@cloudos/protocol/ids'
import type { Clock, ConnectedBlobStore } from '@cloudos/protocol/ports'
import type { Room } from '@cloudos/protocol/room'
import { blobsOf } from '@cloudos/protocol/snapshot-list'
import type { StoredWays } from '@cloudos/protocol/way-commands'
import type { OnIncident } from '../incident.ts'
import type { Profile } from '../profile.ts'
import type { CopyMemory } from './copy-memory.ts'
import { DoubtedCopy } from './doubted-copy.ts'
import { giveUpOwnFrames } from './give-up-log.ts'
import { SnapshotMemory } from './kept-snapshots.ts'
import { newestOwn } from './lie.ts'
import type { Lie } from './lie.ts'
import { readCopy } from './read-copy.ts'
import type { StoredCopy } from './read-copy.ts'
import { HEADS_EVERY_MS, SaidHeads } from './said-heads.ts'
import { scrubCopy } from './scrub-copy.ts'
import { refusalOf, writeCopy } from './write-copy.ts'

export interface CopyParts {
  /** Opens the medium; asked again whenever it has gone. Rejects with a `MediumFault`. */
  readonly connect: () => Promise<ConnectedBlobStore>
  readonly medium: string
  readonly profile: Profile
  readonly identity: DeviceIdentity
  readonly ways: () => StoredWays | undefined
  readonly memory: CopyMemory
  readonly clock: Clock
  /** The medium is written to no more often than this: a burst of edits is one new head. */
  readonly saveEveryMs: number
  /** How long to wait before attempt number `attempt`; 0 is the first after a failure. */
  readonly retryAfterMs: (attempt: number) => number
  /** The failure domain of this device's own disk. */
  readonly ownDomain: () => Promise<string>
  readonly onIncident: OnIncident
}

export interface CopyState {
  /** 0 while nothing has been written. */
  readonly gen: number
  readonly savedAtMs: number | undefined
  /** Changes of the profile that have come since. */
  readonly behind: number
  /** Packs there that could not be read, of which this device lacks something. */
  readonly unread: number
  readonly error: CloudError | undefined
  /** How full the medium was when it said so last. */
  readonly room: Room | undefined
}

export interface CopyCheck {
  readonly gen: number
  readonly packs: number
  readonly frames: number
  /** Packs and snapshots that could not be read; the next save writes their frames again. */
  readonly damagedPacks: number
}

interface Held {
  readonly hash: Hash
  readonly bytes: Uint8Array
}

/** Asking costs a request or, of a bucket, a list. */
const MEASURE_EVERY_MS = 3_600_000

/** Why nothing is taken from a medium or written to it until its owner says so. */
export type Doubt = Lie | 'copy-damaged'

const ALARMS = {
  'rolled-back': 'medium-rollback',
  forked: 'medium-fork',
  'copy-damaged': 'medium-damage',
} as const satisfies Record<Doubt, string>

export function isDoubt(code: string): code is Doubt {
  return Object.hasOwn(ALARMS, code)
}

/** Keeps one medium in step with the profile until it is closed. */
export function startCopy(parts: CopyParts): CopyKeeper {
  const keeper = new CopyKeeper(parts)
  keeper.start()
  return keeper
}

export class CopyKeeper {
  readonly #parts: CopyParts
  readonly #stopped = new AbortController()
  readonly #lost = new Set<Hash>()
  readonly #snapshots = new SnapshotMemory()
  readonly #saidHeads = new SaidHeads()
  readonly #mendedListeners: ((objects: number) => void)[] = []
  readonly #givenUp = new Map<DocId, Hash>()
  readonly #unsubscribe: (() => void)[] = []
  #store: ConnectedBlobStore | undefined
  #saving: Promise<void> = Promise.resolve()
  #wake = new AbortController()
  /** Ends the wait after a failure. */
  #again = new AbortController()
  #state: CopyState
  /**
   * Deleted one save later than they were dropped: whoever is reading by the head before has had that long. Where two writers may not
   * see each other nothing is deleted, because the other's head may still lead here.
   */
  #garbage: readonly Hash[] = []
  /** The newest head that everything it leads to came here from. */
  #held: Held | undefined
  #isTrusted = false
  #reached: ReadonlyMap<DocId, ReadonlyMap<ChainKey, number>> = new Map()
  #measuredAtMs = -Infinity
  #running: Promise<void> = Promise.resolve()

  constructor(parts: CopyParts) {
    this.#parts = parts
    const nothing = { savedAtMs: undefined, behind: 0, unread: 0, error: undefined, room: undefined }
    this.#state = { gen: newestOwn(parts.memory.known())?.gen ?? 0, ...nothing }
  }

  get state(): CopyState {
    return this.#state
  }

  /** How far each chain is there, by what the last save has put there; empty before the first. */
  get reached(): ReadonlyMap<DocId, ReadonlyMap<ChainKey, number>> {
    return this.#reached
  }

  start(): void {
    const { profile } = this.#parts
    const changed = (): void => {
      this.#changed()
    }
    this.#unsubscribe.push(profile.replica.onFrame(changed), profile.authority.onChanged(changed))
    this.#running = this.#run()
  }

  /** The ways in have changed. */
  waysChanged(): void {
    this.#changed()
  }

  /** Another device has said what it was shown there: looked at now, also where a doubt is being waited out. */
  told(): void {
    const code = this.#state.error?.code
    if (code !== undefined && !isDoubt(code) && code !== 'behind') return
    this.#wake.abort()
    this.#again.abort()
  }

  /** Saves now. Rejects (`CloudError`) with what keeps it from that. */
  sync(): Promise<void> {
    const saving = this.#saving.then(() => this.#save())
    this.#saving = saving.catch(() => undefined)
    return saving
  }

  /** The owner's word that what lies there, whatever it shows, is to be written over. Rejects as `sync`. */
  trust(): Promise<void> {
    this.#isTrusted = true
    return this.sync()
  }

  /** Reads everything back and checks it, without opening any of it. Rejects (`CloudError`) when the copy would not open. */
  async check(): Promise<CopyCheck> {
    const store = await this.#connected()
    const copy = await readCopy(store, this.#parts.profile.membership.profileId)
    if (!copy.ok) throw refusalOf(copy.error)
    const { frames, damaged } = await scrubCopy(store, copy.value, () => true)
    this.#forget(copy.value, damaged)
    return { gen: copy.value.head.gen, packs: copy.value.packs.length, frames, damagedPacks: damaged.length }
  }

  /**
   * One round of care: reads back what is due of the copy, mends what is damaged or lost there from what this device holds, and learns how
   * full the medium is. Resolves with how many objects were read. Rejects as `sync`.
   */
  async tend(isDue: (blob: Hash) => boolean): Promise<number> {
    const store = await this.#connected()
    const copy = await readCopy(store, this.#parts.profile.membership.profileId)
    let checked = 0
    if (copy.ok) {
      const scrubbed = await scrubCopy(store, copy.value, isDue)
      checked = scrubbed.checked
      this.#forget(copy.value, scrubbed.damaged)
    }
    this.#measuredAtMs = -Infinity
    // What does not even open is for the save: it knows what it may write over.
    await this.sync()
    return checked
  }

  /** Told after each save that has put damaged or lost objects right. */
  onMended(listener: (objects: number) => void): void {
    this.#mendedListeners.push(listener)
  }

  #forget({ snapshots }: StoredCopy, damaged: readonly Hash[]): void {
    for (const blob of damaged) this.#lost.add(blob)
    // A snapshot was read once, and will be looked for again.
    for (const listed of snapshots)
      if (blobsOf(listed).some((blob) => this.#lost.has(blob))) this.#snapshots.forget(listed)
    if (damaged.length > 0) this.#changed()
  }

  async close(): Promise<void> {
    this.#stopped.abort()
    this.#wake.abort()
    for (const forget of this.#unsubscribe.splice(0)) forget()
    await this.#running
    await this.#saving
    await this.#letGo()
  }

  #changed(): void {
    this.#state = { ...this.#state, behind: this.#state.behind + 1 }
    // Asked at each frame; a second abort would do nothing, and take as long as everything else here.
    if (!this.#wake.signal.aborted) this.#wake.abort()
  }

  async #run(): Promise<void> {
    const { clock, retryAfterMs, saveEveryMs } = this.#parts
    const { signal } = this.#stopped
    for (let attempt = 0; !signal.aborted;) {
      const [wake, again] = [new AbortController(), new AbortController()]
      this.#wake = wake
      this.#again = again
      const saved = await this.sync().then(
        () => true,
        (cause: unknown) => {
          if (!(cause instanceof CloudError)) throw cause
          return false
        },
      )
      attempt = saved ? 0 : attempt + 1
      if (signal.aborted) return
      if (saved) await clock.sleep(saveEveryMs, signal)
      else await clock.sleep(Math.max(retryAfterMs(attempt - 1), 500), AbortSignal.any([signal, again.signal]))
      if (!saved || wake.signal.aborted) continue
      // Nothing more has come: then the heads of what was saved last are still to follow.
      if (this.#saidHeads.isBehind) await clock.sleep(HEADS_EVERY_MS, wake.signal)
      else await aborted(wake.signal)
    }
  }

  async #save(): Promise<void> {
    const { profile, identity, ways, medium, memory, clock, onIncident } = this.#parts
    const { behind } = this.#state
    try {
      const store = await this.#connected()
      const lost = new Set(this.#lost)
      // What comes while it is being written may be in it or not.
      const reached = new Map(profile.replica.docs().map((doc) => [doc.docId, new Map([...doc.heads()].map(([chain, { seq }]) => [chain, seq]))])) // prettier-ignore
      const garbage = store.capabilities.cas ? this.#garbage : []
      const [known, isTrusted] = [memory.known(), this.#isTrusted]
      const seen = newestOwn(known)
      const { gen, hash, headBytes, settled, savedAtMs, unread, dropped, goesOn, mended, answered } = await writeCopy({
        ...{ store, profile, identity, ways, medium, known, lost, garbage, isTrusted },
        snapshots: this.#snapshots,
        saidHeads: this.#saidHeads,
        onIncident,
        heldHead: seen !== undefined && seen.hash === this.#held?.hash ? this.#held.bytes : undefined,
        nowMs: clock.nowMs(),
      })
      if (isTrusted) this.#isTrusted = false
      if (goesOn) this.#wake.abort()
      if (dropped !== undefined) this.#garbage = dropped
      if (seen?.hash !== hash || settled !== known.own.settled) await memory.save({ gen, hash }, settled)
      if (unread === 0) this.#held = { hash, bytes: headBytes }
      this.#reached = reached
      for (const blob of lost) this.#lost.delete(blob)
      this.#state = { ...this.#state, gen, savedAtMs, behind: this.#state.behind - behind, unread, error: undefined }
      if (mended > 0) for (const listener of this.#mendedListeners) listener(mended)
      if (clock.monotonicMs() - this.#measuredAtMs >= MEASURE_EVERY_MS) await this.#measure(store)
      const { ownDomain } = this.#parts
      await giveUpOwnFrames({ store, profile, ownDomain, tried: this.#givenUp, onIncident }, answered)
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      const { code } = cause
      const seenBy = cause instanceof DoubtedCopy ? cause.seenBy : undefined
      if (isDoubt(code) && this.#state.error?.code !== code)
        onIncident({ kind: ALARMS[code], medium, ...(seenBy !== undefined && { seenBy }) })
      this.#state = { ...this.#state, error: cause }
      if (code === 'medium-full' && this.#store !== undefined) await this.#measure(this.#store)
      await this.#letGo()
      throw cause
    }
  }

  async #measure({ room }: ConnectedBlobStore): Promise<void> {
    this.#measuredAtMs = this.#parts.clock.monotonicMs()
    try {
      this.#state = { ...this.#state, room: await room?.measure() }
    } catch (cause) {
      // A copy is none the worse for a place that will not say how full it is.
      if (!(cause instanceof CloudError)) throw cause
    }
  }

  async #connected(): Promise<ConnectedBlobStore> {
    this.#store ??= await this.#parts.connect()
    return this.#store
  }

  async #letGo(): Promise<void> {
    const store = this.#store
    this.#store = undefined
    await store?.[Symbol.asyncDispose]()
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else
      signal.addEventListener('abort', () => {
        resolve()
      })
  })
}

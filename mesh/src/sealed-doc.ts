import * as Y from 'yjs'
import { createAeadKey, createNonceSource } from '@cloudos/crypto/aead'
import type { AeadKey, NonceSource } from '@cloudos/crypto/aead'
import { docKeyFrom } from '@cloudos/crypto/derive'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import type { Membership } from '@cloudos/crypto/membership'
import { sealFrame } from '@cloudos/crypto/sealed-frame'
import type { SealedFrame } from '@cloudos/crypto/sealed-frame'
import type { MaybePromise } from '@cloudos/crypto/signature'
import { readUpdate } from '@cloudos/crypto/yjs-reader'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { parseFrame } from '@cloudos/protocol/frame'
import type { FrameType, ParsedFrame } from '@cloudos/protocol/frame'
import { chainKey, idFromBytes, incarnationOfChain } from '@cloudos/protocol/ids'
import type { ChainKey, DocId, EpochId, Hash, Incarnation } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Rng } from '@cloudos/protocol/ports'
import type { Result } from '@cloudos/protocol/result'
import type { SnapshotAck } from '@cloudos/protocol/snapshot-ack'
import { Admission } from './admission.ts'
import type { AdmittedFrame, Base, Gap } from './admission.ts'
import { ChainBook, placeOf } from './chain-book.ts'
import type { Chain, ChainTip } from './chain-book.ts'
import type { FrameLog, LogRecord } from './frame-log.ts'
import type { OnIncident } from './incident.ts'
import { findBase } from './snapshots/base-record.ts'
import { openSigned, parseSnapshotFrames } from './snapshots/check-base.ts'
import { entriesOf } from './snapshots/gather-parts.ts'
import type { PartsInbox } from './snapshots/gather-parts.ts'
import { giveUpFrames } from './snapshots/give-up.ts'
import { judgeSnapshot } from './snapshots/judge-snapshot.ts'
import type { GenuineSnapshot, SnapshotDoubt } from './snapshots/judge-snapshot.ts'
import { findPayloads, snapshotIdOf } from './snapshots/open-snapshot.ts'
import type { Covers } from './snapshots/open-snapshot.ts'
import { splitUpdate } from './split-update.ts'
import type { PieceLimits } from './split-update.ts'
import { isTooDeep, levelIn } from './yjs-rules.ts'

export interface SealedDocParts {
  readonly docId: DocId
  readonly identity: DeviceIdentity
  readonly membership: () => Membership
  readonly rng: Rng
  readonly log: FrameLog
  readonly onIncident: OnIncident
  /** Every frame that has just entered the log, ours or another's. */
  readonly onFrame: (frame: AdmittedFrame) => void
  /** The document has come to stand on a snapshot that another made. */
  readonly onBase: () => void
}

export interface MadeSnapshot {
  /** Its frames: one where one holds everything. */
  readonly parts: readonly Uint8Array[]
  readonly snapshotId: Hash
  readonly covers: Covers
}

/** Marks transactions that carry admitted frames: whatever else changes the document is an edit of this device. */
const ADMITTED = Symbol('admitted')

/**
 * A Yjs document kept as sealed, signed, chained frames. Edit `ydoc` with plain Yjs; on the next microtask the edit is one frame in
 * the log and on its way to the peers. An edit is acknowledged once `durable()` has resolved; a full or broken disk makes that
 * reject (`CloudError`) and holds later edits back, unsealed, until the disk takes them.
 */
export class SealedDoc {
  readonly docId: DocId
  readonly ydoc: Y.Doc
  readonly #parts: SealedDocParts
  readonly #book: ChainBook
  readonly #admission: Admission
  readonly #nonces: NonceSource
  readonly #keys = new Map<EpochId, AeadKey>()
  readonly #chain: Chain
  readonly #baseByPlace: Map<number, Base>
  #begun = false
  #pending: Uint8Array[] = []
  #flushing: Promise<void> | undefined
  /** Frames in the log that may not be passed on before they are durable. */
  #unpassed: AdmittedFrame[] = []
  #failure: CloudError | undefined
  #closed: Promise<void> | undefined

  /** Loads what the log holds. */
  static async open(parts: SealedDocParts): Promise<SealedDoc> {
    const book = new ChainBook(parts.docId)
    const ydoc = new Y.Doc({ gc: true })
    const keys = new Map<EpochId, AeadKey>()
    const baseByPlace = new Map<number, Base>()
    const opened: { doc?: SealedDoc } = {}
    const admission = new Admission({
      docId: parts.docId,
      book,
      membership: parts.membership,
      keyOf: (epochId) => keyOf(keys, parts, epochId),
      clockOf: (client) => Y.getState(ydoc.store, client),
      levelOf: (client, clock) => levelIn(ydoc, client, clock),
      apply: (update) => {
        Y.applyUpdate(ydoc, update, ADMITTED)
      },
      together: (run) => {
        ydoc.transact(run, ADMITTED)
      },
      baseByPlace,
      isOwnChain: (chain) => chain === opened.doc?.chain,
      log: parts.log,
      onIncident: parts.onIncident,
      onFrame: parts.onFrame,
      onBase: parts.onBase,
    })
    for (const damage of parts.log.damages) parts.onIncident({ kind: 'log-damage', docId: parts.docId, damage })
    await admission.load(entriesOf(parts.log.scan(0), (epochId) => keyOf(keys, parts, epochId)))
    const doc = new SealedDoc(parts, ydoc, book, admission, keys, baseByPlace)
    opened.doc = doc
    // Tabs are given client ids of this chain before it has a frame, and outlive this leader: the next one must go on with it.
    if (parts.log.syncsBeforeSend) await doc.#begin()
    return doc
  }

  private constructor(
    parts: SealedDocParts,
    ydoc: Y.Doc,
    book: ChainBook,
    admission: Admission,
    keys: Map<EpochId, AeadKey>,
    baseByPlace: Map<number, Base>,
  ) {
    this.docId = parts.docId
    this.ydoc = ydoc
    this.#parts = parts
    this.#book = book
    this.#admission = admission
    this.#keys = keys
    this.#baseByPlace = baseByPlace
    this.#nonces = createNonceSource(parts.rng)
    this.#chain = openOwnChain(parts, book, admission.hasLostBase)
    // Where other editors of this device (tabs) may still be writing under the chain's ids, each needs one of its own.
    const used = parts.log.syncsBeforeSend ? undefined : book.lastClient(this.#chain)
    ydoc.clientID = used ?? this.claimClientId(new Set())
    ydoc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === ADMITTED) return
      this.#pending.push(update)
      this.#failure = undefined
      this.#startFlush()
    })
  }

  /** The chain this run writes. */
  get chain(): ChainKey {
    return this.#chain.key
  }

  /** A client id of this chain that is neither used nor in `taken`: for another editor of this device (a second tab). */
  claimClientId(taken: ReadonlySet<number>): number {
    const client = this.#book.freeClient(this.#chain, taken)
    if (client === undefined)
      throw new CloudError('no-client-id', 'This document is open in too many places on this device. Close some.')
    return client
  }

  heads(): ReadonlyMap<ChainKey, ChainTip> {
    return this.#book.heads()
  }

  /** The place behind the last in the log; some before it may be empty. */
  get frameCount(): number {
    return this.#parts.log.frameCount
  }

  /** How many edits have come here, by everybody, one by one or in a snapshot. */
  get editCount(): number {
    return [...this.heads().values()].reduce((sum, { seq }) => sum + seq, 0)
  }

  /** The place in the log from which everything a peer with these heads lacks can be read: frames, or a snapshot in their place. */
  firstMissing(theirs: ReadonlyMap<ChainKey, number>): number {
    let first = this.#parts.log.frameCount
    for (const chain of this.#book.chains()) {
      const seq = theirs.get(chain.key) ?? 0
      const place = seq < chain.floorSeq ? chain.floorPlace : placeOf(chain, seq + 1)
      if (place !== undefined) first = Math.min(first, place)
    }
    return first
  }

  /** The snapshot that this document stands on for frames of `chain` behind `seq`; `undefined` where the log has them one by one. */
  async findBase(chain: ChainKey, seq: number): Promise<MadeSnapshot | undefined> {
    const found = this.#book.find(chain)
    const base = found === undefined || seq >= found.floorSeq ? undefined : this.baseAt(found.floorPlace)
    if (found === undefined || base === undefined) return undefined
    const parts: Uint8Array[] = []
    for await (const { frame } of this.scan(found.floorPlace)) {
      const part = findBase(frame)
      if (part !== undefined) parts.push(part.bytes.slice())
      if (part === undefined || parts.length === base.places.length) break
    }
    const frames = parseSnapshotFrames(parts)
    return frames && { parts, snapshotId: snapshotIdOf(frames), covers: base.covers }
  }

  /** The snapshot of which a frame stands at this place of the log; `undefined` where an update stands. */
  baseAt(place: number): Base | undefined {
    return this.#baseByPlace.get(place)
  }

  scan(fromIndex: number): AsyncIterable<LogRecord> {
    return this.#parts.log.scan(fromIndex)
  }

  /**
   * A frame from `from` (a peer id or a medium): verified, chained and applied, or parked, or refused with an incident. `undefined`
   * when that has happened already, as where signatures are verified at once; else a promise of when it has.
   */
  admit(bytes: Uint8Array, from: string): undefined | Promise<void> {
    return this.#admission.admit(bytes, from)
  }

  /** As `Admission.admitAll`. */
  admitAll(frames: readonly Uint8Array[], from: string): Promise<void> {
    return this.#admission.admitAll(frames, from)
  }

  /**
   * The whole document as sealed and signed frames that take no place in a chain, with what they cover. `undefined` when the state is
   * more than readers take, or this device cannot write: then its frames have to stay. Rejects (`CloudError`) as `durable` does.
   */
  async snapshot(): Promise<MadeSnapshot | undefined> {
    do await this.durable()
    while (this.#pending.length > 0 || this.#flushing !== undefined)
    const covers = new Map(Array.from(this.heads(), ([chain, { seq, id }]) => [chain, { seq, frameId: id }]))
    const payloads = findPayloads({ covers, state: Y.encodeStateAsUpdate(this.ydoc) })
    if (payloads === undefined || this.#chain.frozen) return undefined
    // All of them are asked for before anything can be written in between: they name one place and one epoch.
    const sealed = await Promise.all(payloads.map(async (payload) => this.#seal('snapshot', payload)))
    const parts = sealed.map(({ bytes }) => bytes)
    const frames = parseSnapshotFrames(parts)
    return frames && { parts, snapshotId: snapshotIdOf(frames), covers }
  }

  /**
   * Replays a snapshot and the frames it covers, unless `ownWord`, which this device has signed, says that it once did; nothing of it
   * enters the document. Rejects (`CloudError`) when the log cannot be read.
   */
  judge(snapshot: readonly Uint8Array[], ownWord?: SnapshotAck): Promise<Result<GenuineSnapshot, SnapshotDoubt>> {
    const { docId, membership } = this.#parts
    const keyOfEpoch = (epochId: EpochId) => keyOf(this.#keys, this.#parts, epochId)
    return judgeSnapshot({ docId, membership, keyOf: keyOfEpoch, scan: () => this.scan(0) }, snapshot, ownWord)
  }

  /**
   * Lets this device's log stand on a snapshot instead of the frames it covers, and resolves with how many bytes went, as `giveUpFrames`
   * tells. Only for one that `judge` has found genuine and that lies safely elsewhere too: what this log gives up it has no more.
   */
  async giveUp(snapshot: readonly Uint8Array[]): Promise<number> {
    const frames = parseSnapshotFrames(snapshot)
    const { docId, membership, log } = this.#parts
    const keyOfEpoch = (epochId: EpochId) => keyOf(this.#keys, this.#parts, epochId)
    const open = frames && (await openSigned({ docId, membership, keyOf: keyOfEpoch }, frames))
    if (frames === undefined || !open?.ok) return 0
    await this.durable()
    const { turns } = this.#admission
    const parts = { keyOf: keyOfEpoch, book: this.#book, log, baseByPlace: this.#baseByPlace, turns }
    return giveUpFrames(parts, frames, open.value.covers)
  }

  /** A whole snapshot, as `Admission.admitBase`. */
  admitBase(parts: readonly Uint8Array[], from: string): undefined | Promise<void> {
    const frames = parseSnapshotFrames(parts)
    if (frames !== undefined) return this.#admission.admitBase(frames, from)
    this.#parts.onIncident({ kind: 'frame-refused', docId: this.docId, reason: 'bad-form', from })
    return undefined
  }

  /** A snapshot that comes frame by frame; `inbox` keeps what has come of it. Its last one is as `admitBase`. */
  admitPart(inbox: PartsInbox, frame: ParsedFrame, from: string): undefined | Promise<void> {
    const frames = inbox.add(frame, keyOf(this.#keys, this.#parts, frame.header.epochId))
    return frames && this.#admission.admitBase(frames, from)
  }

  /** Chains with frames waiting for something that has not come: what to ask peers for. */
  gaps(): readonly Gap[] {
    return this.#admission.gaps()
  }

  /** Tries everything parked again, after keys or members have changed. */
  membershipChanged(): void {
    this.#admission.retry()
  }

  /** Resolves when every edit and frame so far is on this device's disk; rejects (`CloudError`) when the disk refuses. */
  async durable(): Promise<void> {
    if (this.#pending.length > 0 || this.#unpassed.length > 0) this.#startFlush()
    while (this.#flushing !== undefined) await this.#flushing
    if (this.#failure !== undefined) throw this.#failure
    await this.#parts.log.sync()
  }

  close(): Promise<void> {
    this.#closed ??= this.#finish()
    return this.#closed
  }

  async #finish(): Promise<void> {
    await this.#admission.turns.idle()
    // Nothing waits between the last flush and the end of the document: an edit in between would be lost.
    while (this.#flushing !== undefined) await this.#flushing
    this.ydoc.destroy()
    await this.#parts.log.close()
  }

  /** On the microtask after an edit; while a flush is under way further edits wait for the next. */
  #startFlush(): void {
    if (this.#flushing !== undefined) return
    this.#flushing = Promise.resolve()
      .then(() => this.#flush())
      .finally(() => {
        this.#flushing = undefined
      })
  }

  async #flush(): Promise<void> {
    let dropped = false
    try {
      if (this.#unpassed.length > 0) await this.#passOn()
      while (this.#pending.length > 0) {
        const batch = takeBatch(this.#pending)
        const updates = batch.length === 1 ? (batch[0] ?? new Uint8Array()) : Y.mergeUpdates([...batch])
        const split = isTooMuch(updates) ? splitUpdate(updates, PIECE) : undefined
        // The pieces take the edit's place: should the disk refuse one, none of those before it is sealed again.
        this.#pending.splice(0, batch.length, ...(split?.pieces ?? [updates]))
        if (split !== undefined) {
          dropped = this.#drop(split.dropped) || dropped
          continue
        }
        await this.#writeFrame(updates)
        this.#pending.splice(0, 1)
        if (this.#unpassed.length > 0) await this.#passOn()
      }
      this.#failure = undefined
      if (dropped)
        throw tooLarge('One value is larger than a frame may be (about 900 kB). It was not kept; everything else was.')
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      this.#failure = cause
      this.#parts.onIncident({ kind: 'not-saved', docId: this.docId, code: cause.code, message: cause.message })
    }
  }

  /** Takes values that no frame holds out of the document here, as they are not in it anywhere else. True when there were any. */
  #drop(values: readonly Y.ID[]): boolean {
    this.ydoc.transact((transaction) => {
      for (const id of values) {
        const item = Y.getItem(this.ydoc.store, id)
        if (item instanceof Y.Item) item.delete(transaction)
      }
    })
    return values.length > 0
  }

  /** When the disk refuses, they stay in the log, in order, and are made durable and passed on later: never sealed twice. */
  async #passOn(): Promise<void> {
    await this.#parts.log.sync()
    for (const frame of this.#unpassed.splice(0)) this.#parts.onFrame(frame)
  }

  async #begin(): Promise<void> {
    if (this.#begun) return
    await this.#parts.log.begin(this.#incarnation())
    this.#begun = true
  }

  async #writeFrame(updates: Uint8Array): Promise<void> {
    const { log } = this.#parts
    if (this.#chain.frozen)
      throw new CloudError(
        'chain-frozen',
        'A copy of this device has written in its name. Restart CloudOS here to go on.',
      )
    if (updates.length > LIMITS.editMaxBytes)
      throw tooLarge('One edit is larger than a frame may be (about 900 kB). Make it in smaller pieces.')
    this.#assertOwn(updates)
    if (!this.#begun) await this.#begin()
    const sealing = this.#seal('update', updates)
    const sealed = sealing instanceof Promise ? await sealing : sealing
    const parsed = parseFrame(sealed.bytes)
    if (!parsed.ok) throw new Error(`a frame of our own is refused: ${parsed.error}`)
    const index = log.append(sealed.bytes)
    this.#book.advance(this.#chain, { seq: parsed.value.header.seq, id: sealed.frameId }, index)
    const frame: AdmittedFrame = { frame: parsed.value, frameId: sealed.frameId, index, from: undefined }
    if (log.syncsBeforeSend) this.#unpassed.push(frame)
    else this.#parts.onFrame(frame)
  }

  /** Behind this run's last frame, under the epoch of now. */
  #seal(type: FrameType, content: Uint8Array): MaybePromise<SealedFrame> {
    const { identity } = this.#parts
    const epochId = this.#parts.membership().currentEpoch
    const key = keyOf(this.#keys, this.#parts, epochId)
    if (key === undefined)
      throw new CloudError('no-epoch-key', 'This device holds no key for the current epoch. Pair it again.')
    const { seq, id } = this.#chain.tip
    const { deviceId, signer } = identity
    return sealFrame({
      header: { type, docId: this.docId, epochId, deviceId, incarnation: this.#incarnation(), seq: seq + 1, prev: id },
      updates: content,
      key,
      nonces: this.#nonces,
      signer,
    })
  }

  /** Yjs swaps a document's client id when it meets its own history: sealed, that would convict this device of forgery. */
  #assertOwn(updates: Uint8Array): void {
    const shape = readUpdate(updates)
    if (!shape.ok && !TOO_MUCH.has(shape.error))
      throw new Error(`Yjs made an update that its readers refuse: ${JSON.stringify(shape.error)}`)
    if (!shape.ok || isTooDeep(shape.value, (client, clock) => levelIn(this.ydoc, client, clock)))
      throw tooLarge(
        'One edit changes more at once, or nests things deeper, than other devices take. Make it in smaller pieces.',
      )
    const foreign = shape.value.structs.find(({ client }) => !this.#book.claimsClient(this.#chain, client))
    if (foreign !== undefined)
      throw new Error(`the edit was made under the foreign client id ${String(foreign.client)}`)
  }

  #incarnation(): Incarnation {
    return incarnationOfChain(this.#chain.key)
  }
}

/** What an honest edit can be refused for by its readers. */
const TOO_MUCH: ReadonlySet<string> = new Set(['too-many-structs', 'too-many-deletes', 'too-deep'])

/** With room for what stands around the values, and for the others to apply one at a time. */
const PIECE: PieceLimits = { bytes: LIMITS.editMaxBytes / 2, count: LIMITS.yjsMaxStructs / 2 }

function isTooMuch(updates: Uint8Array): boolean {
  if (updates.length > LIMITS.editMaxBytes) return true
  const shape = readUpdate(updates)
  return !shape.ok && (shape.error === 'too-many-structs' || shape.error === 'too-many-deletes')
}

function tooLarge(sentence: string): CloudError {
  return new CloudError('edit-too-large', sentence)
}

function openOwnChain(parts: SealedDocParts, book: ChainBook, hasLostBase: boolean): Chain {
  const fresh = (): Incarnation => idFromBytes('Incarnation', parts.rng.bytes(4))
  // Behind a snapshot that cannot be opened nobody knows here how far the chain had come.
  const continued = hasLostBase ? undefined : parts.log.continues
  const kept = continued === undefined ? undefined : findContinued(parts, book, continued)
  if (kept !== undefined && !kept.frozen && kept.parked.size === 0) return kept
  let chain = book.open(chainKey(parts.identity.deviceId, fresh()))
  while (chain !== undefined && chain.tip.seq > 0) chain = book.open(chainKey(parts.identity.deviceId, fresh()))
  if (chain === undefined)
    throw new CloudError('too-many-chains', 'This document has been opened and broken off too often. Compact it.')
  return chain
}

/** A log that is never closed has begun the chain even when it holds no frame of it yet; elsewhere a chain without frames was lost. */
function findContinued({ identity, log }: SealedDocParts, book: ChainBook, continued: Incarnation): Chain | undefined {
  const key = chainKey(identity.deviceId, continued)
  return log.syncsBeforeSend ? book.open(key) : book.find(key)
}

function keyOf(keys: Map<EpochId, AeadKey>, parts: SealedDocParts, epochId: EpochId): AeadKey | undefined {
  const cached = keys.get(epochId)
  if (cached !== undefined) return cached
  const epochKey = parts.membership().epochKey(epochId)
  if (epochKey === undefined) return undefined
  const key = createAeadKey(docKeyFrom(epochKey, parts.docId, epochId))
  keys.set(epochId, key)
  return key
}

/** As many updates from the front as one flush may hold; at least one. */
function takeBatch(pending: readonly Uint8Array[]): readonly Uint8Array[] {
  let bytes = 0
  let count = 0
  for (const update of pending) {
    bytes += update.length
    if (count > 0 && bytes > LIMITS.flushMaxBytes) break
    count += 1
  }
  return pending.slice(0, count)
}

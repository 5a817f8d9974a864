import type { Member } from '@cloudos/crypto/membership'
import { frameIdOf, unsealFrame, verifyFrame, verifyFrameAside } from '@cloudos/crypto/sealed-frame'
import { readUpdate } from '@cloudos/crypto/yjs-reader'
import { equalBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { parseFrame } from '@cloudos/protocol/frame'
import type { ParsedFrame } from '@cloudos/protocol/frame'
import type { ChainKey, Hash } from '@cloudos/protocol/ids'
import { placeOf } from './chain-book.ts'
import type { ChainBook, Chain, ParkedFrame } from './chain-book.ts'
import type { FrameRefused, OnIncident } from './incident.ts'
import { encodeBaseRecord } from './snapshots/base-record.ts'
import { checkBase, claimClients } from './snapshots/check-base.ts'
import type { BaseParts } from './snapshots/check-base.ts'
import type { LogEntry, LoggedBase } from './snapshots/gather-parts.ts'
import { openSnapshot } from './snapshots/open-snapshot.ts'
import type { Covers, OpenSnapshot, SnapshotFrames } from './snapshots/open-snapshot.ts'
import { Turns } from './turns.ts'
import { judgeUpdate } from './yjs-rules.ts'

export interface AdmittedFrame {
  readonly frame: ParsedFrame
  readonly frameId: Hash
  readonly index: number
  /** The peer or medium it came from; `undefined` for this device's own. */
  readonly from: string | undefined
}

/** A chain of which something came that cannot be used before `fromSeq` has come. */
export interface Gap {
  readonly chain: ChainKey
  readonly fromSeq: number
}

/** A snapshot that the document stands on. */
export interface Base {
  readonly covers: Covers
  /** Where its frames stand in the log, in order. */
  readonly places: readonly number[]
}

export interface AdmissionParts extends BaseParts {
  readonly levelOf: (client: number, clock: number) => number
  readonly apply: (update: Uint8Array) => void
  /** What `run` applies changes the document in one step. */
  readonly together: (run: () => void) => void
  /** Of each place in the log where a frame of a snapshot stands. */
  readonly baseByPlace: Map<number, Base>
  readonly onIncident: OnIncident
  readonly onFrame: (frame: AdmittedFrame) => void
  /** The document has come to stand on a snapshot; it is in the log. */
  readonly onBase: () => void
}

/** `held` is no fault: the frame waits, or is here already. */
type Step = 'admitted' | 'held' | FrameRefused

const LOAD_BATCH = 512

/**
 * The one way a frame enters a document: form, document, device, cut, epoch key, signature, replay, gap, chain, seal, padding, Yjs
 * rules, log, and only then the document. Frames are judged one at a time, in the order they came.
 */
export class Admission {
  readonly #parts: AdmissionParts
  /** Whatever must not happen while a frame is judged, nor a frame be judged meanwhile, happens in one of these. */
  readonly turns = new Turns()
  #hasLostBase = false

  constructor(parts: AdmissionParts) {
    this.#parts = parts
  }

  /** Applies what the log holds. Signatures were checked when it was written; seals, chains and client ids are checked again. */
  async load(entries: AsyncIterable<LogEntry>): Promise<void> {
    let batch: LogEntry[] = []
    const repeated: ParsedFrame[] = []
    const applyBatch = (): void => {
      this.#parts.together(() => {
        for (const entry of batch) {
          const again = this.#loadFrame(entry)
          if (again !== undefined) repeated.push(again)
        }
      })
      batch = []
    }
    for await (const entry of entries) {
      batch.push(entry)
      if (batch.length === LOAD_BATCH) applyBatch()
    }
    applyBatch()
    for (const frame of repeated) await this.#refreeze(frame)
  }

  /** `undefined` when the frame has been judged already, else a promise of when it has. */
  admit(bytes: Uint8Array, from: string): undefined | Promise<void> {
    return this.turns.run(() => this.#admitFrame(bytes, from))
  }

  /**
   * As `admit` of each in this order, for many that came together: their signatures are verified side by side, also while those of an
   * earlier call wait to be applied. Resolves when all have been judged.
   */
  async admitAll(frames: readonly Uint8Array[], from: string): Promise<void> {
    const known = frames.map((bytes) => this.#identify(bytes, from)).filter((one) => one !== undefined)
    const verdicts = Promise.all(
      known.map(({ parked, member }) => verifyFrameAside(parked.frame, parked.frameId, member.signPublicKey)),
    )
    await this.turns.run(async () => {
      const holds = await verdicts
      const replays: Promise<void>[] = []
      this.#parts.together(() => {
        for (const [at, { parked }] of known.entries()) {
          const replay = this.#afterSignature(parked, holds[at] === true)
          if (replay instanceof Promise) replays.push(replay)
        }
      })
      await Promise.all(replays)
    })
  }

  /**
   * Lets the document stand on a snapshot for frames that are not here. Only from a peer that is in, or a medium whose head one of
   * those has signed, and only where the frames cannot be had: it is taken at its word.
   */
  admitBase(frames: SnapshotFrames, from: string): undefined | Promise<void> {
    return this.turns.run(() => this.#admitBase(frames, from))
  }

  /** The log holds a snapshot that cannot be opened, so what was written behind it is not all here. */
  get hasLostBase(): boolean {
    return this.#hasLostBase
  }

  /** Tries every parked frame again. */
  retry(): void {
    void this.turns.run(() => {
      this.#drainParked()
    })
  }

  gaps(): readonly Gap[] {
    const gaps: Gap[] = []
    for (const chain of this.#parts.book.chains())
      if ((chain.parked.size > 0 || chain.droppedSeq > chain.tip.seq) && !chain.parked.has(chain.tip.seq + 1))
        gaps.push({ chain: chain.key, fromSeq: chain.tip.seq + 1 })
    return gaps
  }

  #admitFrame(bytes: Uint8Array, from: string): void | Promise<void> {
    const known = this.#identify(bytes, from)
    if (known === undefined) return
    const { parked, member } = known
    const { frame } = parked
    const tip = this.#parts.book.find(frame.chain)?.tip
    if (frame.header.seq === tip?.seq && parked.frameId === tip.id) return
    const verdict = verifyFrame(frame, parked.frameId, member.signPublicKey)
    if (verdict instanceof Promise) return verdict.then((holds) => this.#afterSignature(parked, holds))
    return this.#afterSignature(parked, verdict)
  }

  /** Everything before the signature; `undefined` when it was refused. */
  #identify(bytes: Uint8Array, from: string): { readonly parked: ParkedFrame; readonly member: Member } | undefined {
    const parsed = parseFrame(bytes)
    if (!parsed.ok) {
      this.#refuse('bad-form', from, undefined)
      return undefined
    }
    const frame = parsed.value
    const member = this.#parts.membership().member(frame.header.deviceId)
    const refusal = this.#findRefusal(frame, member)
    if (refusal === undefined && member !== undefined)
      return { parked: { frame, frameId: frameIdOf(frame), from }, member }
    this.#refuse(refusal ?? 'unknown-device', from, frame)
    return undefined
  }

  #findRefusal(frame: ParsedFrame, member: Member | undefined): FrameRefused | undefined {
    const { header } = frame
    if (header.docId !== this.#parts.docId) return 'unknown-document'
    if (member === undefined) return 'unknown-device'
    if (this.#isPastCut(frame)) return 'past-cut'
    if (header.type === 'snapshot') return 'misplaced-snapshot'
    return this.#parts.keyOf(header.epochId) === undefined ? 'no-epoch-key' : undefined
  }

  #isPastCut({ header, chain }: ParsedFrame): boolean {
    const cut = this.#parts.membership().cut(header.docId, chain)
    return cut !== undefined && header.seq > cut
  }

  /** Only a signature that holds opens a chain: otherwise anybody could use up the chains a document may have. */
  #afterSignature(parked: ParkedFrame, holds: boolean): void | Promise<void> {
    const { frame, from } = parked
    if (!holds) {
      this.#refuse('bad-signature', from, frame)
      return
    }
    const chain = this.#parts.book.open(frame.chain)
    if (chain === undefined || chain.frozen) {
      this.#refuse('frozen', from, frame)
      return
    }
    if (frame.header.seq <= chain.tip.seq) return this.#checkReplay(chain, frame)
    this.#settle(chain, parked)
    this.#drainParked()
  }

  async #admitBase(frames: SnapshotFrames, from: string): Promise<void> {
    try {
      const checked = await checkBase(this.#parts, frames)
      if (!checked.ok) this.#refuse(checked.error, from, frames[0])
      else if (checked.value !== undefined) {
        // Logged first, then applied, as a frame is. Of parts without their last nothing is used when the log is opened.
        const places = frames.map(({ bytes }) => this.#parts.log.append(encodeBaseRecord(bytes)))
        this.#standOn(checked.value, places)
        this.#drainParked()
        this.#parts.onBase()
      }
    } catch (cause) {
      this.#tellBroken(cause)
    }
  }

  #standOn({ covers, state }: OpenSnapshot, places: readonly number[]): void {
    const { book, apply, baseByPlace } = this.#parts
    const [first = 0] = places
    apply(state)
    for (const [key, { seq, frameId }] of covers) {
      const chain = book.open(key)
      if (chain !== undefined && chain.tip.seq < seq) book.rebase(chain, { seq, id: frameId }, first)
    }
    const base = { covers, places }
    for (const place of places) baseByPlace.set(place, base)
  }

  /** A frame for a place that is taken: the same one again is harmless, another one convicts the chain. */
  async #checkReplay(chain: Chain, frame: ParsedFrame): Promise<void> {
    const place = placeOf(chain, frame.header.seq)
    if (place === undefined) return
    try {
      for await (const { frame: kept, index } of this.#parts.log.scan(place)) {
        if (index === place && !equalBytes(kept, frame.bytes)) this.#freeze(chain, kept.slice(), frame.bytes)
        return
      }
    } catch (cause) {
      this.#tellBroken(cause)
    }
  }

  /** The losing frame goes into the log too: that is how the proof survives a restart. */
  #freeze(chain: Chain, kept: Uint8Array, other: Uint8Array): void {
    chain.frozen = true
    this.#parts.log.append(other)
    this.#parts.onIncident({ kind: 'chain-frozen', docId: this.#parts.docId, chain: chain.key, proof: [kept, other] })
  }

  #settle(chain: Chain, parked: ParkedFrame): Step {
    const step = this.#tryAdmit(chain, parked)
    if (step !== 'admitted' && step !== 'held') this.#refuse(step, parked.from, parked.frame)
    return step
  }

  #tryAdmit(chain: Chain, parked: ParkedFrame): Step {
    const { frame, frameId } = parked
    const { book } = this.#parts
    // The device may have been removed while the frame waited. What the log holds was taken before.
    if (parked.place === undefined && this.#isPastCut(frame)) return 'past-cut'
    if (frame.header.seq > chain.tip.seq + 1) return hold(book, chain, parked)
    if (frame.header.prev !== chain.tip.id) return 'bad-chain'
    const key = this.#parts.keyOf(frame.header.epochId)
    if (key === undefined) return 'no-epoch-key'
    const unsealed = unsealFrame(frame, key)
    if (!unsealed.ok) return unsealed.error
    const shape = readUpdate(unsealed.value)
    if (!shape.ok) return 'bad-update'
    const verdict = judgeUpdate(shape.value, {
      clockOf: this.#parts.clockOf,
      levelOf: this.#parts.levelOf,
      isAuthors: (client) => book.claimsClient(chain, client),
    })
    if (verdict === 'missing-dependency') return hold(book, chain, parked)
    if (verdict !== 'ok') return verdict
    return this.#enter(chain, frame, frameId, unsealed.value, parked)
  }

  /** Logged first, then applied: a full disk leaves both as they were, and the frame is asked for again later. */
  #enter(chain: Chain, frame: ParsedFrame, frameId: Hash, update: Uint8Array, parked: ParkedFrame): Step {
    let index: number
    try {
      index = parked.place ?? this.#parts.log.append(frame.bytes)
    } catch (cause) {
      this.#tellBroken(cause)
      return hold(this.#parts.book, chain, parked)
    }
    this.#parts.book.advance(chain, { seq: frame.header.seq, id: frameId }, index)
    this.#parts.apply(update)
    this.#parts.onFrame({ frame, frameId, index, from: parked.from })
    return 'admitted'
  }

  /** Each admitted frame may be what another waits for, so go round until a round admits nothing. */
  #drainParked(): void {
    const { book } = this.#parts
    for (let progress = true; progress && book.hasParked();) {
      progress = false
      for (const chain of book.chains()) {
        const next = book.unparkNext(chain)
        if (next !== undefined && this.#settle(chain, next) === 'admitted') progress = true
      }
    }
  }

  /** It was checked when it came; what it leans on is in the log before it. */
  #loadBase({ frames, places }: LoggedBase): void {
    const key = this.#parts.keyOf(frames[0].header.epochId)
    const open = key && openSnapshot(frames, key)
    if (open?.ok && claimClients(this.#parts.book, open.value)) {
      this.#standOn(open.value, places)
      this.#drainParked()
      return
    }
    this.#hasLostBase = true
    this.#refuse(open?.ok === false ? open.error : 'no-epoch-key', 'log', frames[0])
  }

  #loadFrame({ frame: bytes, index, base }: LogEntry): ParsedFrame | undefined {
    if (base !== undefined) {
      this.#loadBase(base)
      return undefined
    }
    const parsed = parseFrame(bytes)
    if (!parsed.ok) return undefined
    const frame = parsed.value
    const chain = this.#parts.book.open(frame.chain)
    if (chain === undefined) return undefined
    if (frame.header.seq <= chain.tip.seq) return frame
    if (this.#settle(chain, { frame, frameId: frameIdOf(frame), from: 'log', place: index }) === 'admitted')
      this.#drainParked()
    return undefined
  }

  /** A repeated record is harmless; another frame for the same place is the kept proof of a chain that was frozen. */
  async #refreeze(frame: ParsedFrame): Promise<void> {
    const chain = this.#parts.book.find(frame.chain)
    const place = chain && placeOf(chain, frame.header.seq)
    if (chain === undefined || place === undefined) return
    for await (const { frame: kept } of this.#parts.log.scan(place)) {
      if (!equalBytes(kept, frame.bytes)) chain.frozen = true
      return
    }
  }

  /** A disk that fails is the owner's to know of, and no reason to stop. */
  #tellBroken(cause: unknown): void {
    if (!(cause instanceof CloudError)) throw cause
    this.#parts.onIncident({ kind: 'not-saved', docId: this.#parts.docId, code: cause.code, message: cause.message })
  }

  #refuse(reason: FrameRefused, from: string, frame: ParsedFrame | undefined): void {
    const deviceId = frame?.header.deviceId
    this.#parts.onIncident({
      kind: 'frame-refused',
      docId: this.#parts.docId,
      reason,
      from,
      ...(deviceId === undefined ? {} : { deviceId }),
    })
  }
}

function hold(book: ChainBook, chain: Chain, parked: ParkedFrame): Step {
  book.park(chain, parked)
  return 'held'
}

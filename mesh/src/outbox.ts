import type { ChainKey } from '@cloudos/protocol/ids'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { parseFrame } from '@cloudos/protocol/frame'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Channel } from '@cloudos/protocol/ports'
import type { AdmittedFrame, Base } from './admission.ts'
import type { SealedDoc } from './sealed-doc.ts'
import { findBase } from './snapshots/base-record.ts'
import { encodeSyncMessage } from './sync-messages.ts'
import type { Seqs } from './sync-messages.ts'

/**
 * What one peer is still to be sent of one document. It reads the log in the order frames were admitted, so whatever a frame leans
 * on goes before it; once it has caught up, new frames pass straight through. A slow peer costs no memory: it is simply behind.
 */
export class Outbox {
  readonly #doc: SealedDoc
  readonly #channel: Channel
  readonly #signal: AbortSignal
  /** The log cannot be read: this peer gets no more of this document until it connects again. */
  readonly #onBroken: (cause: CloudError) => void
  readonly #theirs = new Map<ChainKey, number>()
  /** The next place in the log to look at; `undefined` until the peer has said what it has. */
  #cursor: number | undefined
  #pumping = false
  /** The snapshot of which the first part has been sent. */
  #sending: Base | undefined

  constructor(doc: SealedDoc, channel: Channel, signal: AbortSignal, onBroken: (cause: CloudError) => void) {
    this.#doc = doc
    this.#onBroken = onBroken
    this.#channel = channel
    this.#signal = signal
  }

  /** The peer says what it has: send the rest, from now on. */
  peerHas(seqs: Seqs): void {
    this.#theirs.clear()
    for (const [chain, seq] of seqs) this.#theirs.set(chain, seq)
    this.#cursor = this.#doc.firstMissing(this.#theirs)
    this.#startPump()
  }

  /** The peer has this frame, for it sent it: it must not be sent back. */
  peerSent(chain: ChainKey, seq: number): void {
    if (this.#theirs.size >= LIMITS.chainsPerDoc && !this.#theirs.has(chain)) return
    if (seq === (this.#theirs.get(chain) ?? 0) + 1) this.#theirs.set(chain, seq)
  }

  peerWants(chain: ChainKey, fromSeq: number): void {
    const sentSeq = this.#theirs.get(chain) ?? 0
    if (this.#cursor === undefined || fromSeq > sentSeq) return
    this.#theirs.set(chain, fromSeq - 1)
    this.#cursor = Math.min(this.#cursor, this.#doc.firstMissing(this.#theirs))
    this.#startPump()
  }

  /** Something has entered the log that is no frame. */
  readOn(): void {
    this.#startPump()
  }

  /** A frame has entered the log. */
  pass(admitted: AdmittedFrame): void {
    if (this.#cursor !== admitted.index || this.#pumping) {
      this.#startPump()
      return
    }
    this.#cursor += 1
    if (!this.#send(admitted.frame.chain, admitted.frame.header.seq, admitted.frame.bytes)) this.#startPump()
  }

  /** False when the channel asks for a pause. */
  #send(chain: ChainKey, seq: number, bytes: Uint8Array): boolean {
    if (seq <= (this.#theirs.get(chain) ?? 0)) return true
    this.#theirs.set(chain, seq)
    return this.#channel.send(encodeSyncMessage({ kind: 'frame', bytes }))
  }

  /** What the peer has of the covered frames it keeps; what it lacks of them nobody can send it one by one from here. */
  #sendBase(base: Base, index: number, record: Uint8Array): boolean {
    const { covers, places } = base
    if (index === places[0]) {
      const lacks = [...covers].some(([chain, { seq }]) => seq > (this.#theirs.get(chain) ?? 0))
      this.#sending = lacks ? base : undefined
    }
    const frame = findBase(record)
    if (frame === undefined || this.#sending !== base) return true
    for (const [chain, { seq }] of covers) this.#theirs.set(chain, Math.max(seq, this.#theirs.get(chain) ?? 0))
    return this.#channel.send(encodeSyncMessage({ kind: 'base', bytes: frame.bytes }))
  }

  #startPump(): void {
    if (this.#pumping || this.#cursor === undefined) return
    this.#pumping = true
    void this.#pump().then(
      () => {
        this.#pumping = false
        if (this.#cursor !== undefined && this.#cursor < this.#doc.frameCount && !this.#signal.aborted)
          this.#startPump()
      },
      (cause: unknown) => {
        if (!(cause instanceof CloudError)) throw cause
        this.#onBroken(cause)
      },
    )
  }

  async #pump(): Promise<void> {
    await this.#channel.drained(this.#signal)
    let expected = this.#cursor ?? 0
    for await (const { index, frame } of this.#doc.scan(expected)) {
      if (this.#signal.aborted || this.#cursor !== expected) return
      this.#cursor = expected = index + 1
      const base = this.#doc.baseAt(index)
      if (base !== undefined && !this.#sendBase(base, index, frame)) await this.#channel.drained(this.#signal)
      const parsed = parseFrame(frame)
      if (parsed.ok && !this.#send(parsed.value.chain, parsed.value.header.seq, frame))
        await this.#channel.drained(this.#signal)
    }
  }
}

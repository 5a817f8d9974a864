import type { AeadKey } from '@cloudos/crypto/aead'
import type { ParsedFrame } from '@cloudos/protocol/frame'
import type { EpochId } from '@cloudos/protocol/ids'
import type { LogRecord } from '../frame-log.ts'
import { findBase } from './base-record.ts'
import { openPart } from './open-snapshot.ts'
import type { SnapshotFrames } from './open-snapshot.ts'

/** Gathers the frames of one snapshot after the other, as they come in order from one place. Nothing of them has been judged. */
export class PartsInbox {
  #frames: ParsedFrame[] = []

  /** True while frames of a snapshot wait for the rest of it. */
  get isWaiting(): boolean {
    return this.#frames.length > 0
  }

  /**
   * The whole snapshot once its last part has come. `undefined` while more has to come, and for a part whose beginning has not. What cannot
   * be opened counts as a whole one: it is refused by whoever judges it.
   */
  add(frame: ParsedFrame, key: AeadKey | undefined): SnapshotFrames | undefined {
    const open = key && openPart(frame, key)
    const { nth, count } = (open?.ok === true && open.value.part) || { nth: 0, count: 1 }
    if (nth === 0) this.#frames = []
    if (nth !== this.#frames.length) this.#frames = []
    else this.#frames.push(frame)
    if (this.#frames.length < count) return undefined
    const [first, ...later] = this.#frames
    this.#frames = []
    return first && [first, ...later]
  }
}

export interface LogEntry {
  /** Of a snapshot: where its last frame stands. */
  readonly index: number
  /** Of a snapshot: its last. */
  readonly frame: Uint8Array
  readonly base?: LoggedBase
}

export interface LoggedBase {
  readonly frames: SnapshotFrames
  readonly places: readonly number[]
}

/** A log, each snapshot in it as one. A part whose beginning is lost comes alone; parts whose end never came do not come at all. */
export async function* entriesOf(
  records: AsyncIterable<LogRecord>,
  keyOf: (epochId: EpochId) => AeadKey | undefined,
): AsyncIterable<LogEntry> {
  const inbox = new PartsInbox()
  for await (const { frame: record, index } of records) {
    const frame = record.slice()
    const part = findBase(frame)
    if (part === undefined) yield { index, frame }
    else {
      const frames = inbox.add(part, keyOf(part.header.epochId)) ?? (inbox.isWaiting ? undefined : ([part] as const))
      const places = frames?.map((_, nth) => index + 1 - frames.length + nth)
      if (frames !== undefined && places !== undefined) yield { index, frame, base: { frames, places } }
    }
  }
}

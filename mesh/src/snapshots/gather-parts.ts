import type { AeadKey } from '@cloudos/crypto/aead'
import type { ParsedFrame } from '@cloudos/protocol/frame'
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

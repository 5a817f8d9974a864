import type { Hash } from '@cloudos/protocol/ids'

/** Heads are signed and stored this often while documents change: they measure a rollback, and what a save brings does not stand on them. */
export const HEADS_EVERY_MS = 30_000

/** The signed heads that one connection has last put on a medium. */
export class SaidHeads {
  #said: { readonly blob: Hash; readonly atMs: number } | undefined
  #isBehind = false

  /** A save has gone by since that left them as they were. */
  get isBehind(): boolean {
    return this.#isBehind
  }

  /** The blob of them, where it still stands in the head of now (`inHead`) and is young enough to stay there. */
  findYoung(inHead: Hash | undefined, nowMs: number): Hash | undefined {
    if (this.#said === undefined || this.#said.blob !== inHead) return undefined
    const ageMs = nowMs - this.#said.atMs
    return ageMs >= 0 && ageMs < HEADS_EVERY_MS ? this.#said.blob : undefined
  }

  /** A head with `blob` has been written. */
  wrote(blob: Hash, isYoung: boolean, nowMs: number): void {
    this.#isBehind = isYoung
    if (!isYoung) this.#said = { blob, atMs: nowMs }
  }
}

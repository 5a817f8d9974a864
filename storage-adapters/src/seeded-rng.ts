import type { Rng } from '@cloudos/protocol/ports'

/** Repeats itself for the same seed: for tests and simulations, never for keys. */
export interface SeededRng extends Rng {
  /** From 0 up to `bound`, without it. */
  below(bound: number): number
}

export function createSeededRng(seed: number): SeededRng {
  let state = seed >>> 0

  // mulberry32
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }

  return {
    below: (bound) => next() % bound,
    bytes: (length) => Uint8Array.from({ length }, () => next() & 0xff),
  }
}

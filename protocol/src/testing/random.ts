/** A small seeded generator for tests and fuzzing (mulberry32). NEVER for keys or nonces. */
export interface Random {
  /** A whole number from 0 up to and without `below`. */
  readonly below: (below: number) => number
  readonly pick: <T>(items: readonly [T, ...(readonly T[])]) => T
  readonly bytes: (length: number) => Uint8Array
}

export function createRandom(seed: number): Random {
  let state = seed | 0
  const below = (limit: number) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
  return {
    below,
    pick: (items) => items[below(items.length)] ?? items[0],
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
  }
}

import type { Rng } from '@cloudos/protocol/ports'

/** Repeatable dice for tests: the same seed, the same run. */
export interface Dice extends Rng {
  /** 0 <= n < `below`. */
  below(below: number): number
  pick<T>(items: readonly T[]): T
  shuffle<T>(items: readonly T[]): T[]
}

/** mulberry32. */
export function createDice(seed: number): Dice {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (bound: number): number => Math.floor(next() * bound)
  const pick = <T>(items: readonly T[]): T => {
    const at = below(items.length)
    for (const item of items.slice(at, at + 1)) return item
    throw new RangeError('nothing to pick from')
  }
  const shuffle = <T>(items: readonly T[]): T[] => {
    const rest = [...items]
    return items.flatMap(() => rest.splice(below(rest.length), 1))
  }
  return { below, pick, shuffle, bytes: (length) => Uint8Array.from({ length }, () => below(256)) }
}

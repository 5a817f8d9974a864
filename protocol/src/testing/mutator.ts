import { concatBytes } from '../bytes.ts'
import { createRandom } from './random.ts'
import type { Random } from './random.ts'

type Mutation = (input: Uint8Array, random: Random, pickSeed: () => Uint8Array) => Uint8Array

const LONGEST = 64 * 1024

/** Lengths, counts, edges of integer encodings and openings of containers: where decoders go wrong. */
const TELLING_BYTES = [
  0x00, 0x01, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x20, 0x3b, 0x40, 0x5b, 0x5f, 0x60, 0x7b, 0x7f, 0x80, 0x81, 0x9b, 0x9f,
  0xa0, 0xa1, 0xbb, 0xbf, 0xc0, 0xf4, 0xf6, 0xf9, 0xfb, 0xfe, 0xff,
] as const // prettier-ignore

const TELLING_NUMBERS = [0n, 1n, 23n, 24n, 255n, 256n, 65_535n, 2n ** 32n, 2n ** 53n, 2n ** 64n - 1n] as const

const MUTATIONS: readonly [Mutation, ...Mutation[]] = [
  flipBit,
  setByte,
  setNumber,
  insertBytes,
  removeRange,
  repeatRange,
  takeRange,
  cutEnd,
]

/** Endless inputs, each one to four changes away from a seed; the same `seed` gives the same row of them. */
export function createMutator(seeds: readonly Uint8Array[], seed: number): () => Uint8Array {
  const [first, ...more] = seeds
  if (first === undefined) throw new RangeError('nothing to mutate')
  const pool: readonly [Uint8Array, ...Uint8Array[]] = [first, ...more]
  const random = createRandom(seed)
  const pickSeed = () => random.pick(pool)
  return () => {
    let input = pickSeed()
    for (let left = 1 + random.below(4); left > 0; left--) input = random.pick(MUTATIONS)(input, random, pickSeed)
    return input.slice(0, LONGEST)
  }
}

function flipBit(input: Uint8Array, random: Random): Uint8Array {
  const at = random.below(input.length)
  return splice(input, at, 1, [(input[at] ?? 0) ^ (1 << random.below(8))])
}

function setByte(input: Uint8Array, random: Random): Uint8Array {
  return splice(input, random.below(input.length), 1, [random.pick(TELLING_BYTES)])
}

function setNumber(input: Uint8Array, random: Random): Uint8Array {
  const number = new Uint8Array(8)
  new DataView(number.buffer).setBigUint64(0, random.pick(TELLING_NUMBERS))
  const size = random.pick([1, 2, 4, 8])
  return splice(input, random.below(input.length), size, number.subarray(8 - size))
}

function insertBytes(input: Uint8Array, random: Random): Uint8Array {
  return splice(input, random.below(input.length + 1), 0, random.bytes(1 + random.below(8)))
}

function removeRange(input: Uint8Array, random: Random): Uint8Array {
  return splice(input, random.below(input.length), 1 + random.below(16), [])
}

function repeatRange(input: Uint8Array, random: Random): Uint8Array {
  const at = random.below(input.length)
  const range = input.subarray(at, at + 1 + random.below(32))
  return splice(input, at, 0, concatBytes(...Array.from({ length: 1 + random.below(8) }, () => range)))
}

function takeRange(input: Uint8Array, random: Random, pickSeed: () => Uint8Array): Uint8Array {
  const from = pickSeed()
  const start = random.below(from.length)
  const range = from.subarray(start, start + 1 + random.below(64))
  return splice(input, random.below(input.length + 1), random.below(range.length + 1), range)
}

function cutEnd(input: Uint8Array, random: Random): Uint8Array {
  return input.subarray(0, random.below(input.length + 1))
}

function splice(input: Uint8Array, at: number, removed: number, inserted: ArrayLike<number>): Uint8Array {
  const kept = input.subarray(Math.min(at + removed, input.length))
  const changed = new Uint8Array(at + inserted.length + kept.length)
  changed.set(input.subarray(0, at))
  changed.set(inserted, at)
  changed.set(kept, at + inserted.length)
  return changed
}

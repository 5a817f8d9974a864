import { concatBytes } from '@cloudos/protocol/bytes'
import type { Dice } from './seeded.ts'

type Mutation = (bytes: Uint8Array, others: readonly Uint8Array[], dice: Dice) => Uint8Array

const flipBit: Mutation = (bytes, _others, dice) => withByte(bytes, dice, (byte) => byte ^ (1 << dice.below(8)))
const setByte: Mutation = (bytes, _others, dice) => withByte(bytes, dice, () => dice.below(256))
const setExtreme: Mutation = (bytes, _others, dice) => withByte(bytes, dice, () => dice.pick([0, 1, 0x7f, 0x80, 0xff]))
const truncate: Mutation = (bytes, _others, dice) => bytes.slice(0, dice.below(bytes.length + 1))
const extend: Mutation = (bytes, _others, dice) => concatBytes(bytes, dice.bytes(1 + dice.below(8)))
const repeat: Mutation = (bytes, _others, dice) => concatBytes(bytes.slice(0, dice.below(bytes.length + 1)), bytes)

/** A stretch of another valid input at the same place: its header, its ciphertext or its signature. */
const splice: Mutation = (bytes, others, dice) => {
  const other = dice.pick(others)
  const from = dice.below(bytes.length + 1)
  const copy = bytes.slice()
  copy.set(other.subarray(from, Math.min(from + 1 + dice.below(64), other.length, bytes.length)), from)
  return copy
}

/** The beginning of one valid input and the end of another. */
const cross: Mutation = (bytes, others, dice) => {
  const other = dice.pick(others)
  return concatBytes(bytes.slice(0, dice.below(bytes.length + 1)), other.slice(dice.below(other.length + 1)))
}

/** Mostly small changes, which get furthest. */
const MUTATIONS = [
  ...[flipBit, setByte, setExtreme, splice].flatMap((small) => [small, small, small]),
  truncate,
  extend,
  repeat,
  cross,
]

/** A valid input damaged in one to four ways. It may come out unharmed. */
export function mutated(valid: Uint8Array, others: readonly Uint8Array[], dice: Dice): Uint8Array {
  let bytes = valid
  const times = dice.pick([1, 1, 1, 2, 4])
  for (let i = 0; i < times; i++) bytes = dice.pick(MUTATIONS)(bytes, others, dice)
  return bytes
}

function withByte(bytes: Uint8Array, dice: Dice, change: (byte: number) => number): Uint8Array {
  const copy = bytes.slice()
  const at = dice.below(copy.length)
  copy[at] = change(copy[at] ?? 0)
  return copy
}

import { utf8 } from '@cloudos/protocol/bytes'
import { buildModule, code } from '../wasm/build-module.ts'
import type { FunctionSource } from '../wasm/build-module.ts'

/* Functions by their index: the imports first. */
const ARG_READ = 0
const STDOUT_WRITE = 1
const FLUSH = 2
const PRINT = 3
const PRINT_NUMBER = 4
const READ_LIMIT = 5
const IS_PRIME = 6

/* The memory: how much is in the buffer, a number being read or written, the texts, the buffer. */
const FILLED = 0
const DIGITS = 64
const DIGITS_END = 80
const TEXTS = 256
const BUFFER = 4096
const BUFFER_BYTES = 60_000

const DEFAULT_LIMIT = 100
/** The sum of the primes up to here still fits 32 bits. */
const LARGEST_LIMIT = 100_000

const TEXT = ['The primes up to ', ':\n', ' ', '\n', ' primes; their sum is ', '.\n'] as const
const ZERO = 48

/** `sample`: the primes up to its first argument (100 when there is none), how many they are, and their sum. */
export function buildSample(): Uint8Array {
  return buildModule({
    imports: [
      { name: 'arg_read', params: 3, results: 1 },
      { name: 'stdout_write', params: 2, results: 1 },
    ],
    functions: [flush, print, printNumber, readLimit, isPrime, main],
    memory: { minPages: 1, maxPages: 1 },
    data: TEXT.map((text, index) => ({ at: placeOf(index), bytes: utf8(text) })),
  })
}

function placeOf(text: number): number {
  return TEXTS + TEXT.slice(0, text).reduce((sum, { length }) => sum + length, 0)
}

function say(text: (typeof TEXT)[number]): readonly number[] {
  return [...code.number(placeOf(TEXT.indexOf(text))), ...code.number(text.length), ...code.call(PRINT)]
}

const LOAD = [0x28, 2, 0] as const
const STORE = [0x36, 2, 0] as const
const filled = [...code.number(FILLED), ...LOAD]

const flush: FunctionSource = {
  params: 0,
  results: 0,
  locals: 0,
  body: [
    ...[...code.number(BUFFER), ...filled, ...code.call(STDOUT_WRITE), ...code.drop],
    ...[...code.number(FILLED), ...code.number(0), ...STORE],
  ],
}

/** (pointer, length): into the buffer, and out when it is full. */
const print: FunctionSource = {
  params: 2,
  results: 0,
  locals: 0,
  body: code.loop(
    [...filled, ...code.number(BUFFER), ...code.add, ...code.get(0), ...code.readByte, ...code.writeByte],
    [...code.number(FILLED), ...filled, ...code.number(1), ...code.add, ...STORE],
    [...filled, ...code.number(BUFFER_BYTES), ...code.isEqual, ...code.when(code.call(FLUSH))],
    [...code.get(0), ...code.number(1), ...code.add, ...code.set(0)],
    [...code.get(1), ...code.number(1), ...code.subtract, ...code.set(1)],
    [...code.get(1), ...code.againIf()],
  ),
}

/** (number): in decimal, its digits from the last to the first. */
const printNumber: FunctionSource = {
  params: 1,
  results: 0,
  locals: 1,
  body: [
    ...[...code.number(DIGITS_END), ...code.set(1)],
    ...code.loop(
      [...code.get(1), ...code.number(1), ...code.subtract, ...code.set(1)],
      [...code.get(1), ...code.get(0), ...code.number(10), ...code.remainder, ...code.number(ZERO), ...code.add],
      code.writeByte,
      [...code.get(0), ...code.number(10), ...code.divide, ...code.set(0)],
      [...code.get(0), ...code.againIf()],
    ),
    ...[...code.get(1), ...code.number(DIGITS_END), ...code.get(1), ...code.subtract, ...code.call(PRINT)],
  ],
}

/** The first argument as a number of at most six digits, bounded; the default when it is none. Locals: length, place, value, digit. */
const readLimit: FunctionSource = {
  params: 0,
  results: 1,
  locals: 4,
  body: [
    ...[...code.number(0), ...code.number(DIGITS), ...code.number(6), ...code.call(ARG_READ), ...code.set(0)],
    ...[...code.get(0), ...code.number(1), ...code.add, ...code.number(2), ...code.isLess],
    ...code.when(code.number(DEFAULT_LIMIT), code.give),
    ...code.loop(
      [...code.get(1), ...code.number(DIGITS), ...code.add, ...code.readByte, ...code.number(ZERO), ...code.subtract],
      code.set(3),
      [...code.get(3), ...code.number(9), ...code.isGreater, ...code.when(code.number(DEFAULT_LIMIT), code.give)],
      [...code.get(2), ...code.number(10), ...code.multiply, ...code.get(3), ...code.add, ...code.set(2)],
      [...code.get(1), ...code.number(1), ...code.add, ...code.set(1)],
      [...code.get(1), ...code.get(0), ...code.isLess, ...code.againIf()],
    ),
    ...[...code.get(2), ...code.number(LARGEST_LIMIT), ...code.isGreater],
    ...code.when(code.number(LARGEST_LIMIT), code.give),
    ...code.get(2),
  ],
}

/** (number of at least 2): 1 for a prime. Tries every divisor up to the root. */
const isPrime: FunctionSource = {
  params: 1,
  results: 1,
  locals: 1,
  body: [
    ...[...code.number(2), ...code.set(1)],
    ...code.loop(
      [...code.get(1), ...code.get(1), ...code.multiply, ...code.get(0), ...code.isGreater],
      code.when(code.number(1), code.give),
      [...code.get(0), ...code.get(1), ...code.remainder, ...code.isZero, ...code.when(code.number(0), code.give)],
      [...code.get(1), ...code.number(1), ...code.add, ...code.set(1)],
      code.again(),
    ),
    ...code.trap,
  ],
}

/** Locals: limit, number, count, sum. */
const main: FunctionSource = {
  params: 0,
  results: 1,
  locals: 4,
  exportAs: 'main',
  body: [
    ...[...code.call(READ_LIMIT), ...code.set(0)],
    ...[...say('The primes up to '), ...code.get(0), ...code.call(PRINT_NUMBER), ...say(':\n')],
    ...[...code.number(2), ...code.set(1)],
    ...[...code.get(0), ...code.number(1), ...code.isGreater],
    ...code.when(
      code.loop(
        [...code.get(1), ...code.call(IS_PRIME)],
        code.when(
          [...code.get(2), ...code.when(say(' '))],
          [...code.get(1), ...code.call(PRINT_NUMBER)],
          [...code.get(2), ...code.number(1), ...code.add, ...code.set(2)],
          [...code.get(3), ...code.get(1), ...code.add, ...code.set(3)],
        ),
        [...code.get(1), ...code.number(1), ...code.add, ...code.set(1)],
        [...code.get(1), ...code.get(0), ...code.isAtMost, ...code.againIf()],
      ),
    ),
    ...[...say('\n'), ...code.get(2), ...code.call(PRINT_NUMBER), ...say(' primes; their sum is ')],
    ...[...code.get(3), ...code.call(PRINT_NUMBER), ...say('.\n'), ...code.call(FLUSH)],
    ...code.number(0),
  ],
}

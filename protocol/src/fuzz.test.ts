import assert from 'node:assert/strict'
import { test } from 'node:test'
import { equalBytes } from './bytes.ts'
import { fuzzTarget } from './testing/fuzz.ts'
import { fuzzTargets } from './testing/fuzz-targets.ts'
import { createMutator } from './testing/mutator.ts'

/** What strangers can send before they are somebody, and what every edit passes through. */
const FOREMOST = new Set(['cbor', 'frame', 'head', 'heads', 'rpc'])

for (const target of fuzzTargets) {
  test(`${target.name}: no mutation has a second spelling, throws, or costs more than its length`, () => {
    const report = fuzzTarget({ ...target, rounds: FOREMOST.has(target.name) ? 100_000 : 10_000, seed: 20_260_101 })
    assert.ok(report.isSound, JSON.stringify(report))
    assert.ok(report.valid > 0, 'the mutations never get past the first check')
  })
}

const seeds = [Uint8Array.of(1, 2, 3)]
const run = { name: 'planted', seeds, rounds: 1000, seed: 1 }

test('a decoder that overlooks what follows is caught', () => {
  const decode = (input: Uint8Array) => ({ encoded: input.length >= 3 ? input.subarray(0, 3) : undefined })
  const report = fuzzTarget({ ...run, decode })
  assert.equal(report.isSound, false)
  assert.ok(report.accepted > 0)
  assert.ok(report.failure)
})

test('a forgery is caught: the bytes it was taken for are not the bytes that came', () => {
  const genuine = seeds[0]
  const decode = (input: Uint8Array) => ({ encoded: input[0] === 1 ? genuine : undefined })
  assert.ok(fuzzTarget({ ...run, decode }).accepted > 0)
})

test('a decoder that throws is caught, with the input and what it threw', () => {
  const broken = new Error('out of range')
  const decode = (input: Uint8Array) => {
    if (input.length < 3) throw broken
    return { encoded: input }
  }
  const report = fuzzTarget({ ...run, decode })
  assert.ok(report.crashes > 0)
  assert.equal(report.failure?.thrown, broken)
})

test('a decoder whose work grows faster than its input is caught', () => {
  const decode = (input: Uint8Array) => ({ encoded: input, steps: input.length ** 2 })
  assert.equal(fuzzTarget({ ...run, decode, allowedStepsPerByte: 3 }).isSound, false)
})

test('a target that refuses its own seed tests nothing and says so', () => {
  assert.throws(() => fuzzTarget({ ...run, decode: () => ({ encoded: undefined }) }), RangeError)
})

test('the same seed makes the same inputs, another seed makes others', () => {
  const inputs = (seed: number) => Array.from({ length: 50 }, createMutator(seeds, seed))
  assert.deepEqual(inputs(7), inputs(7))
  assert.notDeepEqual(inputs(7), inputs(8))
})

test('inputs are copies: what a decoder does to one does not reach the seeds', () => {
  const mutate = createMutator(seeds, 3)
  for (let round = 0; round < 100; round++) mutate().fill(0xff)
  assert.ok(equalBytes(seeds[0] ?? new Uint8Array(0), Uint8Array.of(1, 2, 3)))
})

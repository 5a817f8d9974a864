import assert from 'node:assert/strict'
import { test } from 'node:test'
import { areasFrom, roundTop, strokesFrom } from './chart-path.ts'

const FRAME = { fromMs: 0, toMs: 10_000, max: 200 }
const at = (atMs: number, value: number) => ({ atMs, value })

test('time runs from left to right and more is higher', () => {
  assert.deepEqual(strokesFrom([at(0, 0), at(2_500, 100), at(5_000, 200)], FRAME), ['M0 100L25 50L50 0'])
  assert.deepEqual(areasFrom([at(0, 100), at(2_500, 200)], FRAME), ['M0 100L0 50L25 0L25 100Z'])
})

test('what was not measured is not drawn', () => {
  assert.deepEqual(strokesFrom([at(0, 0), at(1_000, 0), at(8_000, 0), at(9_000, 0)], FRAME), [
    'M0 100L10 100',
    'M80 100L90 100',
  ])
  assert.deepEqual(strokesFrom([], FRAME), [])
})

test('what is older than the chart is left out, and what is higher stays inside', () => {
  assert.deepEqual(strokesFrom([at(-1, 50), at(1_000, 400)], FRAME), ['M10 0'])
})

test('the top is a round number that the values fit under', () => {
  assert.equal(roundTop(0, 10_000), 10_000)
  assert.equal(roundTop(10_001, 10_000), 20_000)
  assert.equal(roundTop(43_000, 10_000), 50_000)
  assert.equal(roundTop(99_999, 10_000), 100_000)
})

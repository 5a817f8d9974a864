import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoffMs } from './backoff.ts'

const limits = { firstMs: 500, maxMs: 60_000 }
const seeds = Array.from({ length: 2_000 }, (_, seed) => seed)

test('a delay lies between nothing and a bound that doubles up to the maximum', () => {
  for (let attempt = 0; attempt < 2_000; attempt++) {
    const bound = Math.min(limits.maxMs, limits.firstMs * 2 ** attempt)
    for (const seed of [0, 1, 0xffff_ffff]) {
      const delay = backoffMs(attempt, seed, limits)
      assert.ok(Number.isInteger(delay) && delay >= 0 && delay < bound, `${String(delay)} of ${String(bound)}`)
    }
  }
})

test('the same seed and attempt give the same delay', () => {
  for (const seed of seeds) assert.equal(backoffMs(4, seed, limits), backoffMs(4, seed, limits))
})

test('many devices that lose one peer at once spread evenly over the whole bound', () => {
  const slots = new Array<number>(10).fill(0)
  for (const seed of seeds) {
    const slot = Math.floor(backoffMs(3, seed, limits) / 400)
    slots[slot] = (slots[slot] ?? 0) + 1
  }
  for (const count of slots) assert.ok(count > 140 && count < 260, String(slots))
})

test('one device does not wait in a pattern', () => {
  const delays = new Set(Array.from({ length: 100 }, (_, attempt) => backoffMs(7 + attempt, 42, limits)))
  assert.ok(delays.size > 95, String(delays.size))
})

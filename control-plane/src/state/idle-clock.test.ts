import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IDLE_LIMIT_MS, IdleClock } from './idle-clock.ts'

test('time runs out after the limit and not before, and every touch gives all of it back', () => {
  const idle = new IdleClock(1_000)
  assert.equal(idle.leftMs(1_000), IDLE_LIMIT_MS)
  assert.equal(idle.leftMs(1_000 + IDLE_LIMIT_MS - 1), 1)
  assert.equal(idle.leftMs(1_000 + IDLE_LIMIT_MS), 0)
  idle.touch(500_000)
  assert.equal(idle.leftMs(500_000), IDLE_LIMIT_MS)
})

test('a computer that slept wakes up locked, and a clock set far back locks as well', () => {
  const idle = new IdleClock(10 * IDLE_LIMIT_MS)
  assert.equal(idle.leftMs(100 * IDLE_LIMIT_MS), 0)
  assert.equal(idle.leftMs(0), 0)
})

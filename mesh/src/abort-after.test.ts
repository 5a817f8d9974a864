import assert from 'node:assert/strict'
import { test } from 'node:test'
import { abortAfter } from './abort-after.ts'
import { SteppedClock } from './testing/stepped-clock.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('it aborts when the clock says so, or with another signal, and then nothing waits for the clock', async () => {
  const clock = new SteppedClock()
  const late = abortAfter(clock, 1_000)
  clock.step(999)
  await turn()
  assert.ok(!late.aborted)
  clock.step(1)
  await turn()
  assert.ok(late.aborted)
  const left = new AbortController()
  const early = abortAfter(clock, 1_000, left.signal)
  left.abort()
  await turn()
  assert.ok(early.aborted)
  assert.equal(clock.sleeping, 0)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { agoFrom, countdownText } from './time.ts'

test('a moment is told in its largest whole unit', () => {
  const nowMs = 1_800_000_000_000
  assert.equal(agoFrom(nowMs - 20_000, nowMs), 'just now')
  assert.equal(agoFrom(nowMs - 60_000, nowMs), '1 minute ago')
  assert.equal(agoFrom(nowMs - 2 * 86_400_000 - 5, nowMs), '2 days ago')
  assert.equal(agoFrom(nowMs + 3 * 3_600_000, nowMs), 'in 3 hours')
})

test('a countdown ends at zero', () => {
  assert.equal(countdownText(581_000), '9:41')
  assert.equal(countdownText(500), '0:01')
  assert.equal(countdownText(-5), '0:00')
})

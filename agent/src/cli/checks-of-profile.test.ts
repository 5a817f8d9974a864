import assert from 'node:assert/strict'
import { test } from 'node:test'
import { certificateFinding, clockFinding, copyFinding } from './checks-of-profile.ts'

const DAY_MS = 24 * 60 * 60_000

test('doctor tells that a certificate holds, is due for renewal, or has ended', () => {
  const now = 1_000 * DAY_MS
  const states = [180, 31, 29, 0, -1].map(
    (days) => certificateFinding({ certificateEndsMs: now + days * DAY_MS }, now).state,
  )
  assert.deepEqual(states, ['good', 'good', 'warning', 'bad', 'bad'])
  assert.equal(certificateFinding({}, now).state, 'bad')
})

test('doctor tells of every copy how it is, and of a failed one what to do', () => {
  const states = ['kept', 'away', 'waiting', 'failed', 'of-a-later-version'].map(
    (state) => copyFinding({ where: '/media/stick', state, behind: 3 }).state,
  )
  assert.deepEqual(states, ['good', 'warning', 'warning', 'bad', 'bad'])
  const failed = copyFinding({ where: '/media/stick', state: 'failed', problem: 'The disk is full: free some space.' })
  assert.match(failed.says, /^\/media\/stick: The disk is full/)
  const low = { where: '/media/stick', state: 'kept', behind: 0, roomProblem: 'There is little room left.' }
  assert.equal(copyFinding(low).state, 'warning')
  assert.equal(copyFinding({ ...low, state: 'failed', isFull: true }).state, 'bad')
})

test('doctor tells which machine’s clock is a minute or more away from the one here, and in which direction', () => {
  const clock = (nowMs: number) => clockFinding({ deviceId: 'a', name: 'attic', nowMs, hereMs: 1_000_000 })
  for (const nowMs of [1_000_000, 1_059_999, 940_001]) assert.equal(clock(nowMs).state, 'good')
  assert.equal(clock(1_060_000).state, 'warning')
  assert.match(clock(1_060_000).says, /attic is 1 min ahead of/)
  assert.match(clock(1_000_000 - 3_600_000).says, /attic is 60 min behind|attic is 1 h behind/)
})

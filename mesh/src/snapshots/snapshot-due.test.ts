import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSnapshotDue, WORTH_BYTES } from './snapshot-due.ts'

const DAY_MS = 24 * 60 * 60_000
const last = { sizeBytes: 400_000, takenAtMs: 0, isAcknowledged: true }
const settledBytes = 1_000_000
const none = { frameBytesSince: 1_000_000, last: undefined, count: 0 }

test('the first snapshot waits until there is something that a day has left as it is', () => {
  assert.equal(isSnapshotDue({ ...none, settledBytes: WORTH_BYTES - 1 }, 0), false)
  assert.equal(isSnapshotDue({ ...none, settledBytes: WORTH_BYTES }, 0), true)
})

test('another is made once a day at most, after growth that is worth it', () => {
  assert.equal(isSnapshotDue({ frameBytesSince: 1_000_000, last, count: 2, settledBytes }, DAY_MS - 1), false)
  assert.equal(isSnapshotDue({ frameBytesSince: 200_000, last, count: 2, settledBytes }, DAY_MS), true)
  assert.equal(isSnapshotDue({ frameBytesSince: 199_999, last, count: 2, settledBytes }, DAY_MS), false)
  assert.equal(isSnapshotDue({ frameBytesSince: 1_000_000, last, count: 2, settledBytes }, 1 - DAY_MS), false)
})

test('the second follows also where nothing is written any more', () => {
  assert.equal(isSnapshotDue({ frameBytesSince: 0, last, count: 1, settledBytes }, DAY_MS), true)
})

test('for a week none follows one that nobody has answered for', () => {
  const alone = { ...last, isAcknowledged: false }
  assert.equal(isSnapshotDue({ frameBytesSince: 1_000_000, last: alone, count: 1, settledBytes }, 6 * DAY_MS), false)
  assert.equal(isSnapshotDue({ frameBytesSince: 1_000_000, last: alone, count: 1, settledBytes }, 7 * DAY_MS), true)
  assert.equal(isSnapshotDue({ frameBytesSince: 1_000, last: alone, count: 1, settledBytes }, 7 * DAY_MS), false)
})

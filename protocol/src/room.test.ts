import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRoomLow, roomFrom } from './room.ts'

const GIB = 1024 ** 3

test('room is low below a tenth of what there is, and never while a whole GiB is free', () => {
  assert.equal(isRoomLow({ freeBytes: 0.09 * GIB, totalBytes: GIB }), true)
  assert.equal(isRoomLow({ freeBytes: 0.11 * GIB, totalBytes: GIB }), false)
  assert.equal(isRoomLow({ freeBytes: 2 * GIB, totalBytes: 1_000 * GIB }), false)
  assert.equal(isRoomLow({ freeBytes: 0.5 * GIB }), true)
  assert.equal(isRoomLow({ usedBytes: 5 }), false)
})

test('an account that holds more than it may has no room, and one without a bound says only what is used', () => {
  assert.deepEqual(roomFrom(10, 12), { usedBytes: 12, freeBytes: 0, totalBytes: 10 })
  assert.deepEqual(roomFrom(undefined, 12), { usedBytes: 12 })
})

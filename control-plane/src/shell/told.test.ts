import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rowsFromJson } from './told.ts'

test('an answer becomes rows that say where each value stands', () => {
  assert.deepEqual(
    rowsFromJson({ devices: [{ name: 'nas-attic', isOnline: true }], hasMore: false }).map(({ label, value }) => [
      label,
      value,
    ]),
    [
      ['devices 1 name', 'nas-attic'],
      ['devices 1 is online', 'yes'],
      ['has more', 'no'],
    ],
  )
  assert.deepEqual(rowsFromJson({}), [])
})

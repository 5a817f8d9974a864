import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noteAction, recentActions } from './recent-actions.ts'

function store(): Pick<Storage, 'getItem' | 'setItem'> {
  const values = new Map<string, string>()
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => {
      values.set(key, value)
    },
  }
}

test('the last chosen comes first, once, and only the last eight stay', () => {
  const kept = store()
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'b']) noteAction(kept, `page-${name}`)
  assert.deepEqual(
    recentActions(kept),
    ['b', 'i', 'h', 'g', 'f', 'e', 'd', 'c'].map((name) => `page-${name}`),
  )
})

test('devices and runs are not written where they could be read while the profile is locked', () => {
  const kept = store()
  noteAction(kept, 'device-00112233445566778899aabbccddeeff')
  noteAction(kept, 'run-00112233445566778899aabbccddeeff')
  assert.deepEqual(recentActions(kept), [])
})

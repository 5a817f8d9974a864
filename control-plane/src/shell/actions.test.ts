import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findActions } from './actions.ts'
import type { Action } from './actions.ts'

function action(group: string, label: string): Action {
  return { id: label, group, label, icon: 'home', run: () => undefined }
}
const ALL = [action('Go to', 'Home'), action('Devices', 'nas-attic'), action('Look', 'Use the dark theme')]

const labels = (query: string): readonly string[] => findActions(ALL, query).map(({ label }) => label)

test('nothing typed shows everything', () => {
  assert.equal(labels('').length, 3)
  assert.equal(labels('   ').length, 3)
})

test('every word typed must begin some word of the action', () => {
  assert.deepEqual(labels('dark th'), ['Use the dark theme'])
  assert.deepEqual(labels('attic'), ['nas-attic'])
  assert.deepEqual(labels('dev NAS'), ['nas-attic'])
  assert.deepEqual(labels('ark'), [])
})

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

test('every word typed must be found, at the beginning of a word or within one', () => {
  assert.deepEqual(labels('dark th'), ['Use the dark theme'])
  assert.deepEqual(labels('attic'), ['nas-attic'])
  assert.deepEqual(labels('dev NAS'), ['nas-attic'])
  assert.deepEqual(labels('ark'), ['Use the dark theme'])
  assert.deepEqual(labels('dark nas'), [])
})

test('letters left out of a word still find it, letters that are not in it do not', () => {
  assert.deepEqual(labels('thm'), ['Use the dark theme'])
  assert.deepEqual(labels('thx'), [])
})

test('what begins as typed comes before what only holds it', () => {
  const found = findActions([action('Go to', 'Restore'), action('Do', 'Store it'), action('Do', 'A store')], 'store')
  assert.deepEqual(
    found.map(({ label }) => label),
    ['Store it', 'A store', 'Restore'],
  )
})

test('among equals the recent ones come first, the newest before the others', () => {
  const recent = ['nas-attic', 'Use the dark theme']
  assert.deepEqual(
    findActions(ALL, '', recent).map(({ label }) => label),
    ['nas-attic', 'Use the dark theme', 'Home'],
  )
})

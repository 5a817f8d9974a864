import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PAGES } from '../routes.ts'
import { GO_KEYS, meaningOf } from './shortcuts.ts'

test('G and a letter go to every page, and no two pages share a letter', () => {
  assert.equal(meaningOf('g', false), 'awaits-page')
  assert.equal(new Set(Object.values(GO_KEYS)).size, PAGES.length)
  for (const page of PAGES) {
    assert.deepEqual(meaningOf(GO_KEYS[page], true), { go: page })
    assert.deepEqual(meaningOf(GO_KEYS[page].toUpperCase(), true), { go: page })
    assert.equal(meaningOf(GO_KEYS[page], false), 'nothing')
  }
})

test('another key after G means what it always means', () => {
  assert.equal(meaningOf('g', true), 'awaits-page')
  assert.equal(meaningOf('?', true), 'list')
  assert.equal(meaningOf('/', true), 'search')
  assert.equal(meaningOf('x', true), 'nothing')
  assert.equal(meaningOf('Escape', true), 'nothing')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findLink } from './opened-with.ts'

test('only a whole pairing link is taken for one', () => {
  assert.equal(findLink('#cloudos:pair?abc'), 'cloudos:pair?abc')
  for (const hash of ['', '#/', '#/devices/add', '#cloudos:other?abc', 'cloudos:pair?abc'])
    assert.equal(findLink(hash), undefined)
})

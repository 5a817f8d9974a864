import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findLink } from './opened-with.ts'

test('only what an agent puts behind #open= is taken for a link', () => {
  assert.equal(findLink('#open=abc'), 'cloudos:pair?abc')
  for (const hash of ['', '#/', '#/devices/add', '#/open=abc', 'open=abc']) assert.equal(findLink(hash), undefined)
})

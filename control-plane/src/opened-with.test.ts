import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findLink, placeIn } from './opened-with.ts'

test('only what an agent puts behind #open= is taken for a link', () => {
  assert.equal(findLink('#open=abc'), 'cloudos:pair?abc')
  for (const hash of ['', '#/', '#/devices/add', '#/open=abc', 'open=abc']) assert.equal(findLink(hash), undefined)
})

test('behind the link may stand the place of the page where it leads', () => {
  assert.equal(findLink('#open=abc/devices/add'), 'cloudos:pair?abc')
  assert.equal(placeIn('#open=abc/devices/add'), '/devices/add')
  assert.equal(placeIn('#open=abc'), '/')
})

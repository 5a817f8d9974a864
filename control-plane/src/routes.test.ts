import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hrefTo, routeFromHash, sectionOf } from './routes.ts'
import type { Route } from './routes.ts'

const PLACES: readonly Exclude<Route, { page: 'missing' }>[] = [
  { page: 'home' },
  { page: 'notes' },
  { page: 'devices' },
  { page: 'storage' },
  { page: 'recovery' },
  { page: 'activity' },
  { page: 'settings' },
  { page: 'trace', traceId: '0123456789abcdef0123456789abcdef' },
  { page: 'pair' },
  { page: 'device', deviceId: '0123456789abcdef0123456789abcdef' },
  { page: 'device', deviceId: '0123456789abcdef0123456789abcdef', view: 'details' },
  { page: 'device', deviceId: '0123456789abcdef0123456789abcdef', view: 'permissions' },
]

test('every place survives the way through its link', () => {
  for (const place of PLACES) assert.deepEqual(routeFromHash(hrefTo(place)), place)
})

test('an empty hash, a bare slash and a trailing slash mean the same place', () => {
  for (const hash of ['', '#', '#/']) assert.deepEqual(routeFromHash(hash), { page: 'home' })
  assert.deepEqual(routeFromHash('#/notes/'), { page: 'notes' })
})

test('a place that does not exist is missing, not home', () => {
  for (const hash of [
    '#/market',
    '#/devices/xyz',
    '#/devices/0123456789abcdef0123456789abcdef/nothing',
    '#/devices/ABCDEF0123456789abcdef0123456789',
    '#/__proto__',
  ])
    assert.equal(routeFromHash(hash).page, 'missing')
})

test('a device and the pairing page belong to the devices entry', () => {
  assert.equal(sectionOf({ page: 'pair' }), 'devices')
  assert.equal(sectionOf({ page: 'device', deviceId: 'x' }), 'devices')
  assert.equal(sectionOf({ page: 'missing', path: 'x' }), undefined)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idFromBytes } from '@cloudos/protocol/ids'
import { dueForRenewal, keyEndText } from './certificate-life.ts'

const DAY_MS = 24 * 60 * 60_000
const NOW_MS = 1_000 * DAY_MS

function member(nth: number, kind: 'agent' | 'browser' | 'vault', daysLeft: number, revoked = false) {
  const deviceId = idFromBytes('DeviceId', new Uint8Array(16).fill(nth))
  return { deviceId, class: kind, notAfterMs: NOW_MS + daysLeft * DAY_MS, revoked }
}

test('a browser renews itself well before its day is over, and machines when a third of their half year is left', () => {
  const self = member(1, 'browser', 0.4)
  const members = [
    self,
    member(2, 'browser', -3),
    member(3, 'agent', 59),
    member(4, 'agent', 61),
    member(5, 'agent', -100),
    member(6, 'agent', 2, true),
    member(7, 'vault', 10),
  ]
  const due = dueForRenewal(members, self.deviceId, NOW_MS).map(({ deviceId }) => Number.parseInt(deviceId.slice(0, 2), 16)) // prettier-ignore
  assert.deepEqual(due, [1, 3, 5, 7])
  assert.deepEqual(dueForRenewal([member(1, 'browser', 0.6)], self.deviceId, NOW_MS), [])
})

test('what could not be renewed for long says when it ends', () => {
  assert.equal(keyEndText('agent', NOW_MS + 40 * DAY_MS, NOW_MS), undefined)
  assert.equal(keyEndText('agent', NOW_MS + 12.5 * DAY_MS, NOW_MS), 'key ends in 12 days')
  assert.equal(keyEndText('agent', NOW_MS + 1.5 * DAY_MS, NOW_MS), 'key ends in 1 day')
  assert.equal(keyEndText('agent', NOW_MS + 1, NOW_MS), 'key ends today')
  assert.match(keyEndText('vault', NOW_MS, NOW_MS) ?? '', /has ended/)
  assert.equal(keyEndText('browser', NOW_MS + 1, NOW_MS), undefined)
  assert.match(keyEndText('browser', NOW_MS - 1, NOW_MS) ?? '', /renews its key/)
})

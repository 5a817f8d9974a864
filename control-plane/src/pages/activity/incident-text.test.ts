import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findId } from '@cloudos/protocol/ids'
import type { DeviceView, IncidentView } from '../../profile/status.ts'
import { needsOwner, summaryOf } from '../home/attention.ts'
import { incidentText } from './incident-text.ts'

function incident(kind: IncidentView['kind'], deviceName?: string): IncidentView {
  const named = deviceName === undefined ? {} : { deviceName }
  return { id: kind, kind, detail: 'bad-signature', firstMs: 1, lastMs: 1, count: 1, ...named }
}

test('an incident names the device when it is known and says something sensible when it is not', () => {
  assert.match(incidentText(incident('rollback', 'nas-attic')).title, /^nas-attic /)
  assert.match(incidentText(incident('rollback')).title, /^A device /)
})

function device(presence: DeviceView['presence'], certificateEndsMs = 100): DeviceView {
  const deviceId = findId('DeviceId', 'a'.repeat(32))
  assert.ok(deviceId)
  return {
    deviceId,
    name: 'x',
    class: 'agent',
    presence,
    certificateEndsMs,
    signPublicKey: '',
    certificateBeginsMs: 0,
    boxPublicKey: '',
    peerId: '',
  }
}

test('refused frames are no reason to call the owner; a frozen chain is', () => {
  const status = { rootReplaced: false, devices: [], incidents: [incident('frame-refused'), incident('chain-frozen')] }
  assert.deepEqual(
    needsOwner(status, 0).map(({ id }) => id),
    ['chain-frozen'],
  )
  assert.equal(summaryOf(status, 0, true), 'One thing needs your attention.')
})

test('all is not well while this browser holds the only copy, or only one way leads back', () => {
  const status = (other: 'revoked' | 'offline') => ({
    rootReplaced: false,
    incidents: [],
    devices: [device('here'), device(other)],
  })
  assert.match(summaryOf(status('revoked'), 0, false), /only one copy/)
  assert.match(summaryOf(status('offline'), 0, false), /way back is still missing/)
  assert.match(summaryOf(status('offline'), 0, true), /Nothing needs/)
})

test('a lapsed certificate is told when there is somebody it keeps away', () => {
  assert.equal(
    needsOwner({ rootReplaced: false, incidents: [], devices: [device('here'), device('offline')] }, 99).length,
    0,
  )
  assert.equal(
    needsOwner({ rootReplaced: false, incidents: [], devices: [device('here'), device('offline')] }, 100).length,
    1,
  )
  assert.equal(needsOwner({ rootReplaced: false, incidents: [], devices: [device('here')] }, 100).length, 0)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IncidentView } from '../../profile/status.ts'
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

test('refused frames are no reason to call the owner; a frozen chain is', () => {
  const status = { devices: [], copies: new Map(), incidents: [incident('frame-refused'), incident('chain-frozen')] }
  assert.deepEqual(
    needsOwner(status).map(({ id }) => id),
    ['chain-frozen'],
  )
  assert.equal(summaryOf(status), 'One thing needs your attention.')
  assert.equal(summaryOf({ ...status, incidents: [] }), 'Nothing needs your attention.')
})

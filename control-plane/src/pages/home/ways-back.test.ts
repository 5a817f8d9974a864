import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idFromBytes } from '@cloudos/protocol/ids'
import type { DeviceView } from '../../profile/status.ts'
import type { WayView } from '../../profile/ways.ts'
import { oneWayBack, waysBack } from './ways-back.ts'

const device = (presence: DeviceView['presence']): DeviceView => ({
  deviceId: idFromBytes('DeviceId', new Uint8Array(16)),
  name: presence,
  class: 'agent',
  presence,
  certificateBeginsMs: 0,
  certificateEndsMs: 1,
  signPublicKey: '',
  boxPublicKey: '',
  peerId: '12D3',
})
const way = (kind: WayView['kind']): WayView => ({ name: kind, kind, label: kind })
const alone = [device('here'), device('revoked')]
const two = [device('here'), device('offline')]

test('a browser with nothing else is told that it is the only copy, and what to do', () => {
  const told = oneWayBack({ devices: alone, ways: [way('passphrase')] })
  assert.deepEqual([told?.canSaveKit, told?.canAddCopy], [true, true])
})

test('words and a wallet do not help where there is no copy for them to open', () => {
  const told = oneWayBack({ devices: alone, ways: [way('phrase'), way('wallet-message')] })
  assert.deepEqual([told?.canSaveKit, told?.canAddCopy], [false, true])
})

test('a second device alone is one way back, and with words or a wallet there are two', () => {
  assert.notEqual(oneWayBack({ devices: two, ways: [] }), undefined)
  for (const kind of ['phrase', 'wallet-message'] as const)
    assert.equal(oneWayBack({ devices: two, ways: [way(kind)] }), undefined)
  assert.deepEqual(waysBack({ devices: two, ways: [way('passkey')] }), ['another device'])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idFromBytes } from '@cloudos/protocol/ids'
import type { DeviceView } from '../../profile/status.ts'
import type { WayView } from '../../profile/ways.ts'
import { oneWayBack } from './one-way-back.ts'

const device = (presence: DeviceView['presence'], isOnThisMachine: boolean): DeviceView => ({
  deviceId: idFromBytes('DeviceId', new Uint8Array(16)),
  name: presence,
  class: 'agent',
  presence,
  certificateBeginsMs: 0,
  certificateEndsMs: 1,
  signPublicKey: '',
  boxPublicKey: '',
  peerId: '12D3',
  isOnThisMachine,
})
const way = (kind: WayView['kind']): WayView => ({ name: kind, kind, label: kind })
const alone = [device('here', true), device('revoked', false)]
const beside = [device('here', true), device('online', true)]
const elsewhere = [device('here', true), device('offline', false)]

test('a browser with nothing else is told that it is the only copy, and what to do', () => {
  const told = oneWayBack({ devices: alone, ways: [way('passphrase')] })
  assert.deepEqual([told?.canSaveKit, told?.canAddCopy], [true, true])
})

test('words and a wallet do not help where there is no copy for them to open', () => {
  const told = oneWayBack({ devices: alone, ways: [way('phrase'), way('wallet-message')] })
  assert.deepEqual([told?.canSaveKit, told?.canAddCopy], [false, true])
})

test('the agent on this machine is no second way back, another machine is one, and with words there are two', () => {
  assert.match(oneWayBack({ devices: beside, ways: [] })?.title ?? '', /only in this browser/)
  assert.match(oneWayBack({ devices: elsewhere, ways: [] })?.title ?? '', /another machine/)
  assert.equal(oneWayBack({ devices: elsewhere, ways: [way('phrase')] }), undefined)
})

test('words and a folder on another disk of this very machine are two ways back, and the folder alone is one', () => {
  const storages = [{ failureDomain: 'disk 7' }]
  assert.equal(oneWayBack({ devices: beside, ways: [way('phrase')], storages }), undefined)
  const told = oneWayBack({ devices: beside, ways: [], storages })
  assert.match(told?.title ?? '', /a copy in another place/)
  assert.deepEqual([told?.canSaveKit, told?.canAddCopy], [true, false])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idFromBytes } from '@cloudos/protocol/ids'
import type { DeviceView } from '../../profile/status.ts'
import { logOutProblem, logOutRisk } from './log-out.ts'

const deviceId = idFromBytes('DeviceId', new Uint8Array(16))
const docId = idFromBytes('DocId', new Uint8Array(16))
const device = (presence: DeviceView['presence']): DeviceView => ({
  deviceId,
  name: presence,
  class: 'agent',
  presence,
  certificateBeginsMs: 0,
  certificateEndsMs: 1,
  signPublicKey: '',
  boxPublicKey: '',
  peerId: '12D3',
})
const ways = [{ name: 'a', kind: 'phrase', label: 'Recovery words' }] as const
const devices = [device('here'), device('online')]
const behind = (frames: number) => new Map([[docId, new Map([[deviceId, frames]])]])

test('a browser is left only when everything in it lies elsewhere and something opens it there', () => {
  assert.equal(logOutProblem({ devices, ways }), undefined)
  assert.equal(logOutRisk({ behind: behind(0) }), undefined)
  assert.match(logOutProblem({ devices: [device('here')], ways }) ?? '', /only in this browser/)
  assert.match(logOutProblem({ devices, ways: [] }) ?? '', /no way in/)
  for (const lacking of [behind(1), new Map()]) assert.match(logOutRisk({ behind: lacking }) ?? '', /Not everything/)
})

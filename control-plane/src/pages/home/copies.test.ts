import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findId } from '@cloudos/protocol/ids'
import type { DeviceId, DocId } from '@cloudos/protocol/ids'
import type { DeviceView } from '../../profile/status.ts'
import { copiesFrom } from './copies.ts'

function deviceId(digit: string): DeviceId {
  const id = findId('DeviceId', digit.repeat(32))
  assert.ok(id)
  return id
}

function docId(digit: string): DocId {
  const id = findId('DocId', digit.repeat(32))
  assert.ok(id)
  return id
}

function device(digit: string, presence: DeviceView['presence']): DeviceView {
  return {
    deviceId: deviceId(digit),
    name: digit,
    class: 'agent',
    presence,
    certificateBeginsMs: 0,
    certificateEndsMs: 0,
    signPublicKey: '',
    boxPublicKey: '',
    peerId: '',
  }
}
const devices = [device('a', 'here'), device('b', 'online'), device('c', 'offline'), device('d', 'revoked')]

const states = (behind: Map<DocId, Map<DeviceId, number>>): readonly string[] =>
  copiesFrom({ devices, behind }).map(({ state }) => state)

test('a device is in step only when it has said so of every document', () => {
  const one = new Map([[docId('1'), new Map([[deviceId('b'), 0]])]])
  assert.deepEqual(states(one), ['saved here', 'in step', 'not known'])
  const two = new Map([...one, [docId('2'), new Map<DeviceId, number>()]])
  assert.deepEqual(states(two), ['saved here', 'not known', 'not known'])
})

test('what a device lacks of all documents is added up', () => {
  const behind = new Map([
    [docId('1'), new Map([[deviceId('b'), 2]])],
    [docId('2'), new Map([[deviceId('b'), 1]])],
  ])
  assert.deepEqual(states(behind), ['saved here', '3 edits behind', 'not known'])
})

test('before any document is open nothing is claimed', () => {
  assert.deepEqual(states(new Map()), ['saved here', 'not known', 'not known'])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findId } from '@cloudos/protocol/ids'
import type { DeviceId, DocId } from '@cloudos/protocol/ids'
import type { DeviceView } from '../../profile/status.ts'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import { copiesFrom, safetyBadge } from './copies.ts'

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
  copiesFrom({ devices, behind }, new Map()).map(({ state }) => state)

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

test('the card counts what Storage counts: the places of each device that has told, and safe by what is not lost together', () => {
  const place = (mediumId: string, kind: MediumView['kind'], change: Partial<MediumView> = {}): MediumView => ({
    ...{ mediumId, kind, where: '/stick', credential: 'not-needed', gen: 1, behind: 0, state: 'kept' },
    ...{ failureDomain: 'the disk of b', ...change },
  })
  const media = new Map([[deviceId('b'), [place('own', 'device'), place('aa', 'folder'), place('bb', 'folder', { state: 'away' })]]]) // prettier-ignore
  const copies = copiesFrom({ devices, behind: new Map() }, media)
  assert.deepEqual(
    copies.map(({ name, state }) => [name, state]),
    [['a', 'saved here'], ['b', 'saved there'], ['c', 'not known'], ['/stick, kept by b', 'in step'], ['/stick, kept by b', 'away']], // prettier-ignore
  )
  assert.deepEqual(safetyBadge(copies, 2), { state: 'safe in 2 places', tone: 'good' })
  assert.deepEqual(safetyBadge(copies, 1), { state: 'not safe yet', tone: 'warn' })
  assert.equal(safetyBadge(copies, 0).state, '3 in step')
})

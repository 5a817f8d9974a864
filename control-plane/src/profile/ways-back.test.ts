import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idFromBytes } from '@cloudos/protocol/ids'
import type { DeviceView } from './status.ts'
import { waysBack } from './ways-back.ts'
import type { WayView } from './ways.ts'

const here = device(1, { presence: 'here', class: 'browser' })
const beside = device(2, { isOnThisMachine: true })
const attic = device(3, {})

test('a browser with its agent and a passphrase has no way back, and one place', () => {
  assert.deepEqual(waysBack({ devices: [here, beside], ways: [way('passphrase')] }), {
    ways: [],
    domains: 1,
    enough: false,
  })
})

test('any two of a checked kit, a second storage, a second device and a wallet or passkey are enough', () => {
  const storages = [{ failureDomain: 'account of mine' }]
  const single = [
    { devices: [here], ways: [way('phrase')] },
    { devices: [here], ways: [], storages },
    { devices: [here, attic], ways: [] },
    { devices: [here], ways: [way('wallet-message')] },
  ]
  for (const [at, one] of single.entries()) {
    assert.deepEqual([waysBack(one).ways.length, waysBack(one).enough], [1, false])
    for (const other of single.slice(at + 1)) {
      const both = {
        devices: [...one.devices, ...other.devices],
        ways: [...one.ways, ...other.ways],
        storages: [...(one.storages ?? []), ...(other.storages ?? [])],
      }
      assert.deepEqual([waysBack(both).ways.length, waysBack(both).enough], [2, true])
    }
  }
})

test('a wallet and a passkey are one way back, a removed device is none, and two storages of one account are one place', () => {
  const both = waysBack({ devices: [here], ways: [way('wallet-message'), way('passkey')] })
  assert.deepEqual([both.ways, both.enough], [['wallet-or-passkey'], false])
  const removed = { ...attic, presence: 'revoked' } as const
  assert.deepEqual(waysBack({ devices: [here, removed], ways: [] }).ways, [])
  const storages = [{ failureDomain: 'account' }, { failureDomain: 'account' }]
  assert.equal(waysBack({ devices: [here, attic], ways: [], storages }).domains, 3)
})

function way(kind: WayView['kind']): WayView {
  return { name: kind, kind, label: kind }
}

function device(id: number, more: Partial<DeviceView>): DeviceView {
  return {
    deviceId: idFromBytes('DeviceId', new Uint8Array(16).fill(id)),
    name: `device ${String(id)}`,
    class: 'agent',
    presence: 'online',
    certificateEndsMs: 2,
    certificateBeginsMs: 1,
    signPublicKey: '',
    boxPublicKey: '',
    peerId: `peer ${String(id)}`,
    ...more,
  }
}

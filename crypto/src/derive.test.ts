import assert from 'node:assert/strict'
import { hkdfSync } from 'node:crypto'
import { test } from 'node:test'
import { concatBytes, utf8 } from '@cloudos/protocol/bytes'
import { bytesFromId } from '@cloudos/protocol/ids'
import type { DeviceId, DocId, EpochId, Incarnation, ProfileId } from '@cloudos/protocol/ids'
import { clientIdFor, deviceIdFrom, docIdFrom, docKeyFrom, profileIdFrom } from './derive.ts'
import { hashId } from './hash.ts'

const docId = '000102030405060708090a0b0c0d0e0f' as DocId
const deviceId = '101112131415161718191a1b1c1d1e1f' as DeviceId
const epochId = 'e0e1e2e3e4e5e6e7' as EpochId
const incarnation = 'c0c1c2c3' as Incarnation

test('a document key is the HKDF of its epoch key, its document and its epoch', () => {
  const epochKey = new Uint8Array(32).fill(7)
  const info = concatBytes(utf8('cloudos/v1/doc-key\0'), bytesFromId(epochId))
  const expected = new Uint8Array(hkdfSync('sha256', epochKey, bytesFromId(docId), info, 32))
  assert.deepEqual(docKeyFrom(epochKey, docId, epochId), expected)
})

test('a client id is the first 53 bits of the hash of its chain and number', () => {
  for (const counter of [0, 1, 65_535]) {
    const number = new Uint8Array([0, 0, counter >>> 8, counter & 0xff])
    const label = utf8('cloudos/v1/client-id\0')
    const digest = hashId(
      concatBytes(label, bytesFromId(docId), bytesFromId(deviceId), bytesFromId(incarnation), number),
    )
    assert.equal(clientIdFor(docId, deviceId, incarnation, counter), Number(BigInt('0x' + digest) >> 203n))
  }
})

test('every part of a chain changes its client ids', () => {
  const ids = [
    clientIdFor(docId, deviceId, incarnation, 0),
    clientIdFor(docId, deviceId, incarnation, 1),
    clientIdFor(docId, deviceId, 'c0c1c2c4' as Incarnation, 0),
    clientIdFor(docId, '00'.repeat(16) as DeviceId, incarnation, 0),
    clientIdFor('00'.repeat(16) as DocId, deviceId, incarnation, 0),
  ]
  assert.equal(new Set(ids).size, ids.length)
  assert.ok(ids.every((id) => Number.isSafeInteger(id) && id > 0))
})

test('profiles, devices and documents are named by hashes with a purpose each', () => {
  const publicKey = new Uint8Array(32).fill(9)
  const first16 = (label: string, ...parts: Uint8Array[]): string =>
    hashId(concatBytes(utf8(`cloudos/v1/${label}\0`), ...parts)).slice(0, 32)
  const recoveryKey = new Uint8Array(32).fill(8)
  assert.equal(profileIdFrom(publicKey, recoveryKey), first16('profile-id', publicKey, recoveryKey))
  assert.notEqual(profileIdFrom(publicKey, recoveryKey), profileIdFrom(publicKey, publicKey))
  assert.equal(deviceIdFrom(publicKey), first16('device-id', publicKey))
  const profileId = profileIdFrom(publicKey, recoveryKey)
  assert.equal(docIdFrom(profileId, 'devices'), first16('doc-id', bytesFromId(profileId), utf8('devices')))
  assert.notEqual(docIdFrom(profileId, 'devices'), docIdFrom('00'.repeat(16) as ProfileId, 'devices'))
})

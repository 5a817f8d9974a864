import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '@cloudos/protocol/bytes'
import { deviceIdFrom } from './derive.ts'
import { createDeviceSeeds, deviceIdentityFrom } from './device-identity.ts'
import { signFor, verifyFor } from './signature.ts'
import { createDice } from './testing/seeded.ts'

test('the same seeds make the same device, and other seeds another', async () => {
  const seeds = createDeviceSeeds(createDice(1))
  const device = deviceIdentityFrom(seeds)
  assert.equal(device.deviceId, deviceIdentityFrom(seeds).deviceId)
  assert.equal(device.deviceId, deviceIdFrom(device.signer.publicKey))
  assert.notEqual(device.deviceId, deviceIdentityFrom(createDeviceSeeds(createDice(2))).deviceId)
  const signature = await signFor(device.signer, 'heads', utf8('tip'))
  assert.equal(await verifyFor(device.signer.publicKey, 'heads', utf8('tip'), signature), true)
})

test('the three secrets of a device are different', () => {
  const { signSeed, boxSecret, peerSeed } = createDeviceSeeds(createDice(3))
  assert.notDeepEqual(signSeed, boxSecret)
  assert.notDeepEqual(boxSecret, peerSeed)
  assert.notDeepEqual(peerSeed, signSeed)
})

test('seeds can be wiped once the device is made of them', async () => {
  const seeds = createDeviceSeeds(createDice(4))
  const device = deviceIdentityFrom(seeds)
  const { boxSecret, peerSeed } = createDeviceSeeds(createDice(4))
  const before = await signFor(device.signer, 'heads', utf8('tip'))
  for (const seed of Object.values(seeds)) if (seed instanceof Uint8Array) seed.fill(0)
  assert.deepEqual([device.boxSecret, device.peerSeed], [boxSecret, peerSeed])
  assert.deepEqual(await signFor(device.signer, 'heads', utf8('tip')), before)
})

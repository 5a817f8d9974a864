import assert from 'node:assert/strict'
import { test } from 'node:test'
import { profileIdFrom } from './derive.ts'
import { sealDevice, unsealDevice } from './device-seal.ts'
import { createDice } from './testing/seeded.ts'

const dice = createDice(71)
const profileId = profileIdFrom(new Uint8Array(32).fill(1), new Uint8Array(32))
const secretsKey = dice.bytes(32)

test('a device’s secrets open with the profile’s key, as they were', () => {
  const least = { boxSecret: dice.bytes(32), peerSeed: dice.bytes(32) }
  for (const secrets of [least, { ...least, signSeed: dice.bytes(32), phrase: dice.bytes(32) }]) {
    const sealed = sealDevice(profileId, secretsKey, secrets, dice)
    assert.deepEqual(unsealDevice(profileId, secretsKey, sealed), { ok: true, value: secrets })
  }
})

test('another key, another profile, any flipped bit and any shortening open nothing', () => {
  const sealed = sealDevice(profileId, secretsKey, { boxSecret: dice.bytes(32), peerSeed: dice.bytes(32) }, dice)
  const other = profileIdFrom(new Uint8Array(32).fill(2), new Uint8Array(32))
  assert.ok(!unsealDevice(profileId, dice.bytes(32), sealed).ok)
  assert.ok(!unsealDevice(other, secretsKey, sealed).ok)
  for (let i = 0; i < sealed.length; i++) {
    const flipped = sealed.map((byte, at) => (at === i ? byte ^ (1 << dice.below(8)) : byte))
    assert.ok(!unsealDevice(profileId, secretsKey, flipped).ok)
    assert.ok(!unsealDevice(profileId, secretsKey, sealed.subarray(0, i)).ok)
  }
})

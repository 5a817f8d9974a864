import assert from 'node:assert/strict'
import { test } from 'node:test'
import { x25519 } from '@noble/curves/ed25519.js'
import nacl from 'tweetnacl'
import { concatBytes, utf8 } from '@cloudos/protocol/bytes'
import { sha256 } from './hash.ts'
import { boxPublicKey, isBoxPublicKey, sealKey, SEALED_KEY_BYTES, unsealKey } from './seal-key.ts'
import { createDice } from './testing/seeded.ts'
import { bytesOf } from './testing/vectors.ts'

const CONTEXT = utf8('epoch 1')

test('a key sealed to a device is opened by that device, for that context', () => {
  const { secret, publicKey, key, dice } = drawn(1)
  const sealed = sealKey(CONTEXT, publicKey, key, dice)
  assert.equal(sealed.length, SEALED_KEY_BYTES)
  assert.deepEqual(unsealKey(CONTEXT, secret, sealed), key)
  assert.equal(unsealKey(utf8('epoch 2'), secret, sealed), undefined)
  assert.equal(unsealKey(CONTEXT, dice.bytes(32), sealed), undefined)
})

test('the bytes are an ephemeral key and a NaCl box whose nonce binds context and both keys', () => {
  const { secret, publicKey, key, dice } = drawn(2)
  const sealed = sealKey(CONTEXT, publicKey, key, dice)
  const ephemeral = sealed.slice(0, 32)
  const nonce = sha256(concatBytes(utf8('cloudos/v1/seal\0'), CONTEXT, ephemeral, publicKey)).slice(0, 24)
  assert.deepEqual(nacl.box.open(sealed.slice(32), nonce, ephemeral, secret), key)
})

test('two seals of one key share no bytes that show it', () => {
  const { publicKey, key, dice } = drawn(3)
  const [first, second] = [sealKey(CONTEXT, publicKey, key, dice), sealKey(CONTEXT, publicKey, key, dice)]
  assert.notDeepEqual(first.subarray(0, 32), second.subarray(0, 32))
  assert.notDeepEqual(first.subarray(32), second.subarray(32))
})

test('one flipped bit anywhere opens nothing', () => {
  const { secret, publicKey, key, dice } = drawn(4)
  const sealed = sealKey(CONTEXT, publicKey, key, dice)
  for (let bit = 0; bit < 8 * sealed.length; bit += 7) {
    const changed = sealed.slice()
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.equal(unsealKey(CONTEXT, secret, changed), undefined)
  }
  assert.equal(unsealKey(CONTEXT, secret, sealed.subarray(1)), undefined)
  assert.equal(unsealKey(CONTEXT, secret, concatBytes(sealed, new Uint8Array(1))), undefined)
})

const f = 'ff'.repeat(30)
const LOW_ORDER = [
  '00'.repeat(32),
  '01' + '00'.repeat(31),
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  `ec${f}7f`,
]
const SECOND_SPELLINGS = [
  `ed${f}7f`,
  `ee${f}7f`,
  `ff${f}7f`,
  `${'00'.repeat(31)}80`,
  `09${'00'.repeat(30)}80`,
  `ff${f}ff`,
]

test('keys of low order and second spellings are refused at both ends', () => {
  const { secret, key, dice } = drawn(5)
  for (const hex of [...LOW_ORDER, ...SECOND_SPELLINGS]) {
    const publicKey = bytesOf(hex)
    assert.ok(!isBoxPublicKey(publicKey), hex)
    assert.throws(() => sealKey(CONTEXT, publicKey, key, dice), RangeError)
    assert.equal(unsealKey(CONTEXT, secret, forgedFrom(publicKey, secret, key)), undefined)
  }
  for (const hex of LOW_ORDER) assert.throws(() => x25519.getSharedSecret(secret, bytesOf(hex)))
})

test('honest keys are taken, and are the ones noble computes', () => {
  const dice = createDice(6)
  for (let round = 0; round < 20; round++) {
    const secret = dice.bytes(32)
    assert.deepEqual(boxPublicKey(secret), x25519.getPublicKey(secret))
    assert.ok(isBoxPublicKey(boxPublicKey(secret)))
  }
  assert.ok(!isBoxPublicKey(new Uint8Array(31).fill(9)))
})

test('only whole keys are sealed', () => {
  const { publicKey, dice } = drawn(7)
  assert.throws(() => sealKey(CONTEXT, publicKey, new Uint8Array(31), dice), RangeError)
})

/** What an attacker who knows the all-zero shared secret would send. */
function forgedFrom(ephemeral: Uint8Array, secret: Uint8Array, key: Uint8Array): Uint8Array {
  const parts = concatBytes(utf8('cloudos/v1/seal\0'), CONTEXT, ephemeral, boxPublicKey(secret))
  return concatBytes(ephemeral, nacl.box(key, sha256(parts).slice(0, 24), ephemeral, secret))
}

function drawn(seed: number) {
  const dice = createDice(seed)
  const secret = dice.bytes(32)
  return { dice, secret, publicKey: boxPublicKey(secret), key: dice.bytes(32) }
}

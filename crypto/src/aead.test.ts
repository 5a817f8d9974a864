import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAeadKey, createNonceSource, encodeNonce, sealBytes, sealInto, unsealBytes } from './aead.ts'
import { native as node } from './native-node.ts'
import { native as portable } from './native-portable.ts'
import { createDice } from './testing/seeded.ts'
import type { Dice } from './testing/seeded.ts'

test('Node and portable code seal the same bytes and open each other', () => {
  const dice = createDice(1)
  for (let round = 0; round < 400; round++) {
    const { key32, nonce, plaintext, aad } = drawn(dice, round)
    const [fast, slow] = [node.createAeadKey(key32), portable.createAeadKey(key32)]
    const sealed = sealBytes(fast, nonce, plaintext, aad)
    assert.deepEqual(sealed, sealBytes(slow, nonce, plaintext, aad))
    assert.deepEqual(unsealBytes(fast, nonce, sealed, aad), plaintext)
    assert.deepEqual(unsealBytes(slow, nonce, sealed, aad), plaintext)
  }
})

test('more chains than subkeys are remembered still open', () => {
  const dice = createDice(2)
  const key = createAeadKey(dice.bytes(32))
  const plaintext = dice.bytes(20)
  const sources = Array.from({ length: 200 }, () => createNonceSource(dice))
  const nonces = [...sources, ...sources].map((source) => source.next())
  const sealed = nonces.map((nonce) => sealBytes(key, nonce, plaintext, nonce))
  for (const [i, nonce] of nonces.entries()) {
    assert.deepEqual(unsealBytes(key, nonce, sealed[i] ?? new Uint8Array(0), nonce), plaintext)
  }
})

test('one flipped bit of ciphertext, tag, nonce, associated data or key opens nothing', () => {
  const { key32, nonce, plaintext, aad } = drawn(createDice(3), 40)
  for (const { createAeadKey: create } of [node, portable]) {
    const sealed = sealBytes(create(key32), nonce, plaintext, aad)
    for (const at of bits(sealed)) assert.equal(unsealBytes(create(key32), nonce, flipped(sealed, at), aad), undefined)
    for (const at of bits(nonce)) assert.equal(unsealBytes(create(key32), flipped(nonce, at), sealed, aad), undefined)
    for (const at of bits(aad)) assert.equal(unsealBytes(create(key32), nonce, sealed, flipped(aad, at)), undefined)
    for (const at of bits(key32)) assert.equal(unsealBytes(create(flipped(key32, at)), nonce, sealed, aad), undefined)
  }
})

test('wrong lengths open nothing, and sealing with them throws', () => {
  const key = createAeadKey(new Uint8Array(32))
  const none = new Uint8Array(0)
  for (const length of [0, 12, 23, 25]) {
    const nonce = new Uint8Array(length)
    assert.equal(unsealBytes(key, nonce, new Uint8Array(40), none), undefined)
    assert.throws(() => sealBytes(key, nonce, none, none), RangeError)
  }
  for (const length of [0, 1, 15]) {
    assert.equal(unsealBytes(key, new Uint8Array(24), new Uint8Array(length), none), undefined)
  }
  assert.throws(() => {
    sealInto(key, new Uint8Array(16), new Uint8Array(24), new Uint8Array(1), none)
  }, RangeError)
  assert.throws(() => createAeadKey(new Uint8Array(16)), RangeError)
})

test('a key keeps its own copy, also of a Buffer, whose slices are views', () => {
  const nonce = Buffer.from('____' + 'n'.repeat(24)).subarray(4)
  const none = new Uint8Array(0)
  for (const { createAeadKey: create } of [node, portable]) {
    const key32 = Buffer.from('___' + '\x01'.repeat(32)).subarray(3)
    const key = create(key32)
    key32.fill(0)
    assert.deepEqual(
      sealBytes(key, nonce, none, none),
      sealBytes(create(new Uint8Array(32).fill(1)), nonce, none, none),
    )
  }
})

test('a nonce source draws its prefix once and counts from there', () => {
  const nonces = createNonceSource(createDice(4))
  const [first, second] = [nonces.next(), nonces.next()]
  assert.deepEqual(first.subarray(0, 16), second.subarray(0, 16))
  assert.deepEqual([...first.subarray(16)], [0, 0, 0, 0, 0, 0, 0, 0])
  assert.deepEqual([...second.subarray(16)], [0, 0, 0, 0, 0, 0, 0, 1])
})

test('a count past 32 bits is written whole, and one past exact counting is refused', () => {
  const prefix = new Uint8Array(16)
  assert.deepEqual([...encodeNonce(prefix, 2 ** 32 + 7).subarray(16)], [0, 0, 0, 1, 0, 0, 0, 7])
  assert.deepEqual([...encodeNonce(prefix, 2 ** 53 - 1).subarray(16)], [0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])
  assert.throws(() => encodeNonce(prefix, 2 ** 53), RangeError)
})

interface Drawn {
  readonly key32: Uint8Array
  readonly nonce: Uint8Array
  readonly plaintext: Uint8Array
  readonly aad: Uint8Array
}

function drawn(dice: Dice, length: number): Drawn {
  const [key32, nonce] = [dice.bytes(32), dice.bytes(24)]
  return { key32, nonce, plaintext: dice.bytes(length), aad: dice.bytes(1 + dice.below(140)) }
}

function bits(bytes: Uint8Array): number[] {
  return Array.from({ length: 8 * bytes.length }, (_, bit) => bit)
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice()
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return copy
}

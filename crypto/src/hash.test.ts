import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hexFromBytes, utf8 } from '@cloudos/protocol/bytes'
import { hashFor, hashId, hkdfSha256, sha256 } from './hash.ts'
import { native as node } from './native-node.ts'
import { native as portable } from './native-portable.ts'
import { createDice } from './testing/seeded.ts'

const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'

test('the hash of abc is the one in FIPS 180', () => {
  assert.equal(hexFromBytes(sha256(utf8('abc'))), ABC)
  assert.equal(hashId(utf8('abc')), ABC)
})

test('a purpose is hashed in front of the parts, with a zero between', () => {
  assert.deepEqual(hashFor('seal', utf8('a'), utf8('bc')), sha256(utf8('cloudos/v1/seal\0abc')))
  assert.notDeepEqual(hashFor('seal', utf8('abc')), hashFor('slot', utf8('abc')))
})

test('Node and portable code hash alike, and both give plain bytes of their own', () => {
  const dice = createDice(1)
  for (let length = 0; length < 300; length++) {
    const bytes = dice.bytes(length)
    const digest = node.sha256(bytes)
    assert.deepEqual(digest, portable.sha256(bytes))
    assert.equal(digest.buffer.byteLength, 32)
  }
})

test('more derived bytes than HKDF can make are refused', () => {
  assert.throws(() => hkdfSha256(utf8('key'), utf8(''), utf8(''), 255 * 32 + 1))
})

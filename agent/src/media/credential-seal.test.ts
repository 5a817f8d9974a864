import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { findCredential, sealCredential } from './credential-seal.ts'

const dice = createDice(31)
const [boxSecret, other] = [dice.bytes(32), dice.bytes(32)]
const place = { kind: 'webdav', where: 'https://cloud.example.org/dav' }
const credential = { account: 'robin', secret: 'correct horse' }
const sealed = sealCredential(boxSecret, place, credential, dice)

test('a credential opens on the device that sealed it, for the place it is for', () => {
  assert.deepEqual(findCredential(boxSecret, place, sealed), credential)
  assert.equal(Buffer.from(sealed).includes('horse'), false)
})

test('it opens for no other device and for no other place, and not when a bit is changed', () => {
  assert.equal(findCredential(other, place, sealed), undefined)
  assert.equal(findCredential(boxSecret, { ...place, where: 'https://evil.example.org/dav' }, sealed), undefined)
  assert.equal(findCredential(boxSecret, { ...place, kind: 's3' }, sealed), undefined)
  for (let at = 0; at < sealed.length; at++)
    assert.equal(findCredential(boxSecret, place, sealed.with(at, 1 ^ (sealed[at] ?? 0))), undefined)
  for (let length = 0; length < sealed.length; length++)
    assert.equal(findCredential(boxSecret, place, sealed.slice(0, length)), undefined)
})

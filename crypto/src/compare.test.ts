import assert from 'node:assert/strict'
import { test } from 'node:test'
import { equalSecret } from './compare.ts'

test('secrets are equal when every byte is, and never when one bit differs', () => {
  const secret = Uint8Array.from({ length: 32 }, (_, i) => i)
  assert.ok(equalSecret(secret, secret.slice()))
  assert.ok(equalSecret(new Uint8Array(0), new Uint8Array(0)))
  for (let bit = 0; bit < 256; bit++) {
    const other = secret.slice()
    other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.ok(!equalSecret(secret, other))
  }
})

test('a prefix is not the whole, even when zeros follow', () => {
  assert.ok(!equalSecret(new Uint8Array(31), new Uint8Array(32)))
  assert.ok(!equalSecret(new Uint8Array(32), new Uint8Array(31)))
})

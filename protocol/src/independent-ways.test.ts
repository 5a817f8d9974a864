import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countIndependentWays } from './independent-ways.ts'

test('the words and the built-in wallet that comes from them are one way; each wallet, passkey and passphrase is another', () => {
  assert.equal(countIndependentWays([]), 0)
  assert.equal(countIndependentWays(['phrase', 'built-in-wallet']), 1)
  assert.equal(countIndependentWays(['built-in-wallet', 'passphrase']), 2)
  assert.equal(countIndependentWays(['wallet-message', 'wallet-memo', 'passkey', 'phrase']), 4)
})

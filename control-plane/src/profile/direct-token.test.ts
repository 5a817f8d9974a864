import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { findToken, sealToken } from './direct-token.ts'

const dice = createDice(5)
const boxSecret = dice.bytes(32)

test('a token opens again for its repository on its device, and for nothing else', () => {
  const token = 'github_pat_0123456789'
  const sealed = sealToken(boxSecret, 'robin/copies', token, dice)
  assert.equal(findToken(boxSecret, 'robin/copies', sealed), token)
  assert.equal(findToken(dice.bytes(32), 'robin/copies', sealed), undefined)
  assert.equal(findToken(boxSecret, 'somebody/else', sealed), undefined)
  assert.ok(!Buffer.from(sealed).includes(token))
  for (let at = 0; at < sealed.length; at++) {
    const changed = sealed.map((byte, index) => (index === at ? byte ^ 1 : byte))
    assert.equal(findToken(boxSecret, 'robin/copies', changed), undefined)
  }
  assert.equal(findToken(boxSecret, 'robin/copies', sealed.subarray(0, 10)), undefined)
})

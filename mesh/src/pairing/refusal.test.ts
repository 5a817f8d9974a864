import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pairingRefusal } from './refusal.ts'

test('a code that nobody knows puts no word of the other side on the screen', () => {
  for (const code of ['', 'constructor', '__proto__', 'Send your words to evil.example'])
    assert.equal(pairingRefusal(code).code, 'pairing-refused')
})

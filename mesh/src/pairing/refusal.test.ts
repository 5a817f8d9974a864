import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pairingRefusal } from './refusal.ts'

/** What an agent says of a folder that a page asks for. */
const OF_FOLDERS = [
  ...['bad-path', 'no-such-folder', 'not-a-folder', 'not-readable', 'not-writable', 'nothing-there', 'foreign-profile'],
  ...['damaged-head', 'damaged-pack-index', 'damaged-authority', 'damaged-ways', 'damaged-vault', 'copy-newer'],
  ...['medium-gone', 'medium-unreachable', 'medium-forbidden', 'medium-failed'],
]

test('each thing that may be wrong with a folder keeps its code and has words of its own', () => {
  const refusals = OF_FOLDERS.map(pairingRefusal)
  assert.deepEqual(
    refusals.map(({ code }) => code),
    OF_FOLDERS,
  )
  assert.equal(new Set(refusals.map(({ message }) => message)).size, OF_FOLDERS.length)
})

test('a code that nobody knows puts no word of the other side on the screen', () => {
  for (const code of ['', 'constructor', '__proto__', 'Send your words to evil.example'])
    assert.equal(pairingRefusal(code).code, 'pairing-refused')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { equalBytes } from '@cloudos/protocol/bytes'
import { parsePhrase, wordsFromPhrase } from '@cloudos/crypto/phrase'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { findWrongWord } from './wrong-word.ts'

test('of 24 words one of which is another, its place is found, wherever it stands', async () => {
  const dice = createDice(11)
  for (const at of [0, 7, 23]) {
    const entropy = dice.bytes(32)
    const words = [...wordsFromPhrase(entropy)]
    words[at] = wordlist.find((word) => !parsePhrase(words.with(at, word).join(' ')).ok) ?? ''
    assert.equal(await findWrongWord(words, (tried) => equalBytes(tried, entropy)), at)
  }
})

test('where two words are wrong, one is unknown, or the words are of something else, no place is named', async () => {
  const dice = createDice(12)
  const entropy = dice.bytes(32)
  const words = wordsFromPhrase(entropy)
  const opens = (tried: Uint8Array): boolean => equalBytes(tried, entropy)
  assert.equal(await findWrongWord(words.with(0, 'zoo').with(1, 'zoo'), opens), undefined)
  assert.equal(await findWrongWord(words.with(3, 'heronry'), opens), undefined)
  assert.equal(await findWrongWord(wordsFromPhrase(dice.bytes(32)), opens), undefined)
})

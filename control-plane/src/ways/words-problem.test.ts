import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePhrase } from '@cloudos/crypto/phrase'
import { wordsProblem } from './words-problem.ts'

test('a word that is not in the list is named by its place, counted from one', () => {
  const text = `${'abandon '.repeat(6)} abandom ${'abandon '.repeat(17)}`
  const refused = parsePhrase(text)
  assert.ok(!refused.ok)
  assert.match(wordsProblem(refused.error, text), /^Word 7, “abandom”/)
})

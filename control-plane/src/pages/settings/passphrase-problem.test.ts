import assert from 'node:assert/strict'
import { test } from 'node:test'
import { passphraseProblem } from './passphrase-problem.ts'

test('a passphrase is long, varied and typed twice alike', () => {
  assert.equal(passphraseProblem('correct horse battery', 'correct horse battery'), undefined)
  assert.equal(passphraseProblem('too short', 'too short')?.field, 'first')
  assert.equal(passphraseProblem('aaaaaaaaaaaaaaaa', 'aaaaaaaaaaaaaaaa')?.field, 'first')
  assert.equal(passphraseProblem('correct horse battery', 'correct horse batterz')?.field, 'again')
})

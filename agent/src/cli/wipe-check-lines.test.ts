import assert from 'node:assert/strict'
import { test } from 'node:test'
import { linesOfWipeCheck } from './verbs/wipe-check.ts'

test('the terminal names the documents that a wipe would lose or leave in one place, and says how old its knowledge is', () => {
  const documents = [
    { name: 'notes', domainsLeft: [] },
    { name: 'profile', domainsLeft: ['the disk of attic'] },
  ]
  const checked = { isSafe: false, domainsLeft: [], onlyHere: [{ kind: 'way', count: 1, says: 'Save the kit first.' }], documents, heardAtMs: 0 } // prettier-ignore
  assert.deepEqual(linesOfWipeCheck(checked, 7_200_000), [
    'No: do not wipe it yet.',
    'No other place holds everything.',
    '  notes: would be lost',
    '  profile: only one place would be left, the disk of attic',
    'Save the kit first.',
    'By what it last said, 2 h ago.',
  ])
  const safe = { isSafe: true, domainsLeft: ['the disk of attic', 'GitHub (robin)'], onlyHere: [], documents: [] }
  assert.deepEqual(linesOfWipeCheck(safe, 0), [
    'Yes: it can be wiped.',
    'Everything is also in: the disk of attic, GitHub (robin).',
  ])
})

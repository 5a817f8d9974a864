import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wipeText } from './wipe-text.ts'

test('whether a device may be wiped is a plain yes or no, with what is left and what would be lost', () => {
  const jobs = { kind: 'jobs', count: 3, says: 'Three runs.' } as const
  const yes = wipeText({ isSafe: true, domainsLeft: ['disk 5', 'me at cloud'], onlyHere: [], documents: [] }, 0)
  assert.deepEqual([yes.tone, yes.lost], ['good', []])
  assert.match(yes.left, /2 independent places.*disk 5, me at cloud/)
  assert.equal(wipeText({ isSafe: false, domainsLeft: [], onlyHere: [], documents: [] }, 0).tone, 'bad')
  const one = wipeText({ isSafe: false, domainsLeft: ['disk 5'], onlyHere: [], documents: [] }, 0)
  assert.match(one.title, /only one/i)
  assert.deepEqual(wipeText({ isSafe: false, domainsLeft: ['a', 'b'], onlyHere: [jobs], documents: [] }, 0).lost, [
    'Three runs.',
  ])
})

test('each document that a wipe would lose or leave in one place is named, and an answer from hearsay says how old it is', () => {
  const documents = [
    { name: 'notes', domainsLeft: [] },
    { name: 'profile', domainsLeft: ['the disk of attic'] },
  ]
  const told = wipeText({ isSafe: false, domainsLeft: [], onlyHere: [], documents, heardAtMs: 0 }, 7_200_000)
  assert.deepEqual(told.documents, ['notes: would be lost', 'profile: only one place would be left, the disk of attic'])
  assert.match(told.known, /not asked itself.*2 hours ago/)
  assert.equal(wipeText({ isSafe: true, domainsLeft: ['a', 'b'], onlyHere: [], documents: [] }, 0).known, '')
})

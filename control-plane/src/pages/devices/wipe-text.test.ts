import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wipeText } from './wipe-text.ts'

test('whether a device may be wiped is a plain yes or no, with what is left and what would be lost', () => {
  const jobs = { kind: 'jobs', count: 3, says: 'Three runs.' } as const
  const yes = wipeText({ isSafe: true, domainsLeft: ['disk 5', 'me at cloud'], onlyHere: [] })
  assert.deepEqual([yes.tone, yes.lost], ['good', []])
  assert.match(yes.left, /2 places.*disk 5, me at cloud/)
  assert.equal(wipeText({ isSafe: false, domainsLeft: [], onlyHere: [] }).tone, 'bad')
  const one = wipeText({ isSafe: false, domainsLeft: ['disk 5'], onlyHere: [] })
  assert.match(one.title, /only one/i)
  assert.deepEqual(wipeText({ isSafe: false, domainsLeft: ['a', 'b'], onlyHere: [jobs] }).lost, ['Three runs.'])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KeptPlace } from '@cloudos/scheduler/safety'
import { wipeCheck } from './wipe-check.ts'
import type { WipeFacts } from './wipe-check.ts'

const NOTES = { docId: 'n', name: 'notes' }
const PROFILE = { docId: 'p', name: 'profile' }
const all = new Set(['n', 'p'])
const OWN: KeptPlace = { failureDomain: 'disk 1', isWhole: true, documents: all }
const whole = (failureDomain: string): KeptPlace => ({ failureDomain, isWhole: true, documents: all })
const behind = (failureDomain: string, ...documents: string[]): KeptPlace => ({ failureDomain, isWhole: false, documents: new Set(documents) }) // prettier-ignore
const facts: Omit<WipeFacts, 'places'> = {
  ...{ lostDomain: 'disk 1', documents: [NOTES, PROFILE], beyond: 0, isSilent: false, jobs: 0, ways: ['phrase'] },
}

test('a device is safe to wipe when two failure domains besides its own hold everything, however many copies lie on its disk', () => {
  assert.equal(wipeCheck({ ...facts, places: [OWN, whole('disk 1'), whole('disk 1')] }).isSafe, false)
  assert.deepEqual(wipeCheck({ ...facts, places: [OWN, whole('disk 1')] }).domainsLeft, [])
  assert.equal(wipeCheck({ ...facts, places: [OWN, whole('disk 2'), whole('disk 2')] }).isSafe, false)
  assert.equal(wipeCheck({ ...facts, places: [OWN, whole('disk 2'), whole('me at cloud')] }).isSafe, true)
  assert.deepEqual(wipeCheck({ ...facts, places: [OWN, behind('me at cloud', 'n'), whole('disk 2')] }).domainsLeft, [
    'disk 2',
  ])
})

test('a wipe check names each document that would be lost or left in one place, and counts domains for each by itself', () => {
  const left = (places: readonly KeptPlace[]) => wipeCheck({ ...facts, places: [OWN, ...places] }).documents
  assert.deepEqual(left([]), [
    { name: 'notes', domainsLeft: [] },
    { name: 'profile', domainsLeft: [] },
  ])
  assert.deepEqual(left([whole('disk 2'), behind('me at cloud', 'p')]), [{ name: 'notes', domainsLeft: ['disk 2'] }])
  assert.deepEqual(left([whole('disk 2'), behind('disk 2', 'n', 'p')]).length, 2)
  assert.deepEqual(left([whole('disk 2'), whole('me at cloud')]), [])
  // Whole in no place, and yet each document in two.
  assert.deepEqual(left([behind('a', 'n'), behind('b', 'n', 'p'), behind('c', 'p')]), [])
})

test('what lies only on a device is told: newest edits and a key that nothing else replaces keep it, accounts of runs do not', () => {
  const two = [OWN, whole('disk 2'), whole('me at cloud')]
  const kinds = (given: Partial<WipeFacts>) =>
    wipeCheck({ ...facts, places: two, ...given }).onlyHere.map(({ kind }) => kind)
  assert.deepEqual(kinds({}), [])
  assert.deepEqual(kinds({ places: [OWN, behind('disk 2')] }), ['edits'])
  assert.deepEqual(kinds({ jobs: 2 }), ['jobs'])
  const isSafe = (given: Partial<WipeFacts>) => wipeCheck({ ...facts, places: two, ...given }).isSafe
  assert.deepEqual([isSafe({ jobs: 2 }), isSafe({ ways: [] })], [true, false])
  assert.deepEqual(kinds({ ways: ['built-in-wallet'] }), ['way'])
  assert.deepEqual(kinds({ ways: [] }), ['way'])
  assert.deepEqual(kinds({ ways: ['built-in-wallet', 'passphrase'] }), [])
})

test('of another device what it has said to hold and nobody has yet keeps it from being wiped, and so does its silence', () => {
  const two = [whole('disk 2'), whole('me at cloud')]
  const checked = (given: Partial<WipeFacts>) => wipeCheck({ ...facts, places: two, ways: undefined, ...given })
  assert.equal(checked({}).isSafe, true)
  assert.deepEqual(
    checked({ beyond: 3 }).onlyHere.map(({ kind, count }) => [kind, count]),
    [['edits', 3]],
  )
  assert.deepEqual([checked({ beyond: 3 }).isSafe, checked({ isSilent: true }).isSafe], [false, false])
})

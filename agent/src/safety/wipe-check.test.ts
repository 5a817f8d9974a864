import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KeptPlace } from '@cloudos/scheduler/safety'
import { wipeCheck } from './wipe-check.ts'

const OWN = { failureDomain: 'disk 1', isWhole: true }
const whole = (failureDomain: string): KeptPlace => ({ failureDomain, isWhole: true })
const facts = { ownDomain: 'disk 1', jobs: 0, ways: ['phrase'] } as const

test('a device is safe to wipe when two failure domains besides its own hold everything, however many copies lie on its disk', () => {
  assert.equal(wipeCheck({ ...facts, places: [OWN, whole('disk 1'), whole('disk 1')] }).isSafe, false)
  assert.deepEqual(wipeCheck({ ...facts, places: [OWN, whole('disk 1')] }).domainsLeft, [])
  assert.equal(wipeCheck({ ...facts, places: [OWN, whole('disk 2'), whole('disk 2')] }).isSafe, false)
  assert.equal(wipeCheck({ ...facts, places: [OWN, whole('disk 2'), whole('me at cloud')] }).isSafe, true)
  const behind = { failureDomain: 'me at cloud', isWhole: false }
  assert.deepEqual(wipeCheck({ ...facts, places: [OWN, behind, whole('disk 2')] }).domainsLeft, ['disk 2'])
})

test('what lies only on a device is told: newest edits and a key that nothing else replaces keep it, accounts of runs do not', () => {
  const two = [OWN, whole('disk 2'), whole('me at cloud')]
  const kinds = (given: Partial<Parameters<typeof wipeCheck>[0]>) =>
    wipeCheck({ ...facts, places: two, ...given }).onlyHere.map(({ kind }) => kind)
  assert.deepEqual(kinds({}), [])
  assert.deepEqual(kinds({ places: [OWN, { failureDomain: 'disk 2', isWhole: false }] }), ['edits'])
  assert.deepEqual(kinds({ jobs: 2 }), ['jobs'])
  const isSafe = (given: Partial<Parameters<typeof wipeCheck>[0]>) =>
    wipeCheck({ ...facts, places: two, ...given }).isSafe
  assert.deepEqual([isSafe({ jobs: 2 }), isSafe({ ways: [] })], [true, false])
  assert.deepEqual(kinds({ ways: ['built-in-wallet'] }), ['way'])
  assert.deepEqual(kinds({ ways: [] }), ['way'])
  assert.deepEqual(kinds({ ways: ['built-in-wallet', 'passphrase'] }), [])
})

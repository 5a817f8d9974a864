import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idFromBytes } from '@cloudos/protocol/ids'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import type { WayView } from '../../profile/ways.ts'
import { independentWays, missingFrom, opensText, placesFrom } from './recovery-view.ts'

const DEVICE = idFromBytes('DeviceId', new Uint8Array(16))
const WORDS: WayView = { name: 'aa', kind: 'phrase', label: 'Recovery words' }
const WALLET: WayView = { name: 'bb', kind: 'wallet-message', label: 'Phantom' }
const STICK: MediumView = {
  ...{ mediumId: 'ab', kind: 'folder', where: '/stick', credential: 'not-needed', gen: 7, behind: 0, state: 'kept' },
  failureDomain: 'disk 5',
}
const OPENED = { way: 'aa', atMs: 0, entry: 'not-needed' } as const
const DISK: MediumView = { ...STICK, mediumId: 'device', kind: 'device', where: '/home', failureDomain: 'disk 1' }

test('for each way in and each place the page says whether it opens, and never says more than was tested', () => {
  const text = (change: Partial<MediumView>, way = WORDS) =>
    opensText(way, { ...STICK, ...change }, 3 * 86_400_000).text
  assert.equal(text({ tests: [OPENED] }), 'opened 3 days ago')
  assert.equal(text({ tests: [OPENED] }, WALLET), 'should open, not tested')
  assert.equal(text({ state: 'away' }), 'should open, once it is back')
  assert.equal(text({ tests: [OPENED], testProblem: 'rotten' }), 'not now')
  assert.equal(text({ gen: 0 }), 'no copy there yet')
  assert.equal(text({}, { ...WORDS, kind: 'unknown' }), 'of a newer CloudOS')
})

test('the places that outlive a device stand before the disks that do not', () => {
  const places = placesFrom(new Map([[DEVICE, [DISK, STICK]]]), () => 'nas')
  assert.deepEqual(places.map(({ where }) => where), ['/stick', 'The disk of nas']) // prettier-ignore
})

test('what is missing is told until two independent ways open two places, each of them tested', () => {
  const what = (ways: readonly WayView[], media: readonly MediumView[]) =>
    missingFrom({ devices: [], ways }, new Map([[DEVICE, media]])).map(({ what: name }) => name)
  assert.deepEqual(what([], [DISK]), ['Recovery words on paper', 'A second way in', 'A second place'])
  assert.deepEqual(what([WORDS], [DISK, STICK]), ['A second way in', 'A test of each copy'])
  assert.deepEqual(what([WORDS, WALLET], [DISK, { ...STICK, testedAtMs: 1 }]), [])
  const tested = (entry: 'asked' | 'stored') => what([WORDS, WALLET], [DISK, { ...STICK, testedAtMs: 1, tests: [{ ...OPENED, entry }] }]) // prettier-ignore
  assert.deepEqual(tested('stored'), ['A test as on a new machine'])
  assert.deepEqual(tested('asked'), [])
})

test('the built-in wallet and the words it comes from are one way', () => {
  assert.equal(independentWays([WORDS, { kind: 'built-in-wallet' }]), 1)
  assert.equal(independentWays([WORDS, WALLET, { kind: 'passkey' }]), 3)
})

test('a key that a machine keeps for itself is a way of its own only where a copy outlives that machine', () => {
  const keychain: WayView = { name: 'cc', kind: 'device-keychain', label: 'Keychain of nas', deviceId: DEVICE }
  const other = idFromBytes('DeviceId', new Uint8Array(16).fill(1))
  const count = (way: WayView, ...media: (readonly [typeof DEVICE, readonly MediumView[]])[]) =>
    independentWays([WORDS, way], new Map(media))
  assert.equal(count(keychain, [DEVICE, [DISK]]), 1)
  assert.equal(count(keychain, [DEVICE, [DISK, { ...STICK, failureDomain: 'disk 1' }]]), 1)
  assert.equal(count(keychain, [DEVICE, [DISK, STICK]]), 2)
  assert.equal(count(keychain, [DEVICE, [DISK]], [other, [DISK]]), 2)
  const { deviceId: _, ...nowhere } = keychain
  assert.equal(count(nowhere, [DEVICE, [DISK, STICK]]), 1)
})

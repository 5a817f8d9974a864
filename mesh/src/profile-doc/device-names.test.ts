import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as Y from 'yjs'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { idFromBytes } from '@cloudos/protocol/ids'
import { instantClock, peerIdOf } from '../testing/family.ts'
import { MemoryNetwork } from '../testing/memory-net.ts'
import { foundWith, keptOf, newDevice, openKept } from '../testing/profiles.ts'
import { SteppedClock } from '../testing/stepped-clock.ts'
import { findDeviceName, nameDevice, shownName } from './device-names.ts'
import { findProfileDoc, openProfileDoc } from './profile-doc.ts'

const deviceId = idFromBytes('DeviceId', new Uint8Array(16).fill(3))
const member = { deviceId, name: 'from its certificate' }

test('a name that a member gives is shown on every other', async () => {
  const dice = createDice(31)
  const [one, two] = [newDevice(dice), newDevice(dice)]
  const founded = await foundWith(dice, [[one, 'agent'], [two, 'browser']]) // prettier-ignore
  const [clock, network] = [new SteppedClock(instantClock.nowMs()), new MemoryNetwork()]
  const a = await openKept(keptOf(founded, one, dice), clock)
  const b = await openKept(keptOf(founded, two, dice), clock)
  a.attach(network.join(peerIdOf(one)))
  await b.connect(network.join(peerIdOf(two)), peerIdOf(one))
  const mine = await openProfileDoc(b.replica)
  nameDevice(mine.ydoc, one.deviceId, 'attic')
  await network.settle()
  const seen = a.membership.member(one.deviceId)
  assert.ok(seen)
  assert.equal(seen.name, 'device 0')
  assert.equal(shownName(findProfileDoc(a.replica)?.ydoc, seen), 'attic')
  await Promise.all([a.close(), b.close()])
})

test('what a hostile member puts in the place of a name is not shown', () => {
  const ydoc = new Y.Doc()
  for (const bad of ['', ' x', 'a\u202eb', 'x'.repeat(65), 'two\nlines', 7, new Uint8Array(3), null]) {
    ydoc.getMap('names').set(deviceId, bad)
    assert.equal(shownName(ydoc, member), member.name, JSON.stringify(bad))
  }
  nameDevice(ydoc, deviceId, 'attic')
  assert.equal(shownName(ydoc, member), 'attic')
  assert.equal(shownName(undefined, member), member.name)
})

test('what a person types gets one spelling, or is refused', () => {
  assert.equal(findDeviceName('  cafe\u0301 '), 'café')
  for (const typed of ['', '   ', 'a\tb', 'x'.repeat(65), 'a\u200bb']) assert.equal(findDeviceName(typed), undefined)
})

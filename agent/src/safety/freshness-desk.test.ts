import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { instantClock, peerIdOf } from '@cloudos/mesh/testing/family'
import { MemoryNetwork } from '@cloudos/mesh/testing/memory-net'
import { foundWith, keptOf, newDevice, openKept } from '@cloudos/mesh/testing/profiles'
import { SteppedClock } from '@cloudos/mesh/testing/stepped-clock'
import type { SettingName } from '../journal/settings.ts'
import { FreshnessDesk } from './freshness-desk.ts'

/** Three devices of one profile, the middle of which has come back from a copy. */
async function comeBack(seed: number, shownBy?: 'first') {
  const dice = createDice(seed)
  const identities = [newDevice(dice), newDevice(dice), newDevice(dice)] as const
  const founded = await foundWith(dice, identities.map((identity) => [identity, 'agent'] as const)) // prettier-ignore
  const clock = new SteppedClock(instantClock.nowMs())
  const [first, back, last] = await Promise.all([
    openKept(keptOf(founded, identities[0], dice), clock),
    openKept(keptOf(founded, identities[1], dice), clock),
    openKept(keptOf(founded, identities[2], dice), clock),
  ])
  const kept = new Map<SettingName, string>()
  const open = (): FreshnessDesk =>
    new FreshnessDesk({
      settings: { find: (name) => kept.get(name), set: (name, value) => void kept.set(name, value) },
      mesh: { deviceId: identities[1].deviceId, profile: back },
      media: { list: () => Promise.resolve([]) },
    })
  open().begin(shownBy && peerIdOf(identities[0]))
  const network = new MemoryNetwork()
  first.attach(network.join(peerIdOf(identities[0])))
  last.attach(network.join(peerIdOf(identities[2])))
  const net = network.join(peerIdOf(identities[1]))
  back.attach(net)
  const meet = async (which: 0 | 2): Promise<void> => {
    await back.connect(net, peerIdOf(identities[which]))
    await network.settle()
  }
  const close = () => Promise.all([first, back, last].map((profile) => profile.close()))
  return { open, meet, close }
}

test('a device that was in before settles what is newest for good, and one that was let in since does not', async () => {
  const { open, meet, close } = await comeBack(61)
  assert.equal(await open().isProven(), false)
  await meet(2)
  assert.equal(await open().isProven(), false)
  await meet(0)
  assert.equal(await open().isProven(), true)
  await close()
  assert.equal(await open().isProven(), true)
})

test('the device that showed its own copy is no second source', async () => {
  const { open, meet, close } = await comeBack(62, 'first')
  await meet(0)
  assert.equal(await open().isProven(), false)
  open().trust()
  assert.equal(await open().isProven(), true)
  await close()
})

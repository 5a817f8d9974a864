import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { DOC, peerIdOf } from '@cloudos/mesh/testing/family'
import { SteppedClock } from '@cloudos/mesh/testing/stepped-clock'
import { MemoryNetwork } from '@cloudos/mesh/testing/memory-net'
import { idFromBytes } from '@cloudos/protocol/ids'
import type { DeviceId } from '@cloudos/protocol/ids'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import { house } from '../testing/protected-house.ts'
import { SafetyDesk } from './safety-desk.ts'

const OWN: MediumView = {
  ...{ mediumId: 'device', kind: 'device', where: '/home', failureDomain: 'disk 1', credential: 'not-needed' },
  ...{ gen: 0, behind: 0, state: 'kept' },
}

/** Two agents that have met, and the desk of the first; `ways` are those of whom it has heard that they keep them. */
async function twoAgents(t: TestContext, seed: number) {
  const clock = new SteppedClock(1_000_000)
  const { profiles, identities } = await house(2, seed, [], clock)
  t.after(() => Promise.all(profiles.map((profile) => profile.close())))
  const [[first, second], [one, other]] = [profiles, identities]
  assert.ok(first && second && one && other)
  const network = new MemoryNetwork()
  second.attach(network.join(peerIdOf(other)))
  await first.connect(network.join(peerIdOf(one)), peerIdOf(other))
  const ways = new Set<DeviceId>()
  const desk = new SafetyDesk({
    media: { list: () => Promise.resolve([OWN]), reached: () => new Map() },
    mesh: { deviceId: one.deviceId, profile: first },
    others: { learnWays: () => Promise.resolve(), keepsWays: (deviceId) => ways.has(deviceId) },
    jobs: { list: () => [] },
    ways: { find: () => undefined, put: () => undefined },
    clock: { nowMs: () => 1_000_000 },
  })
  const write = async (text: string): Promise<void> => {
    const doc = await first.replica.open(DOC)
    doc.ydoc.getText('text').insert(0, text)
    await doc.durable()
  }
  /** The other gets what was written, and says so once it is on its disk. */
  const settle = async (): Promise<void> => {
    await second.replica.open(DOC)
    await network.settle()
    clock.step(1_000)
    await network.settle()
  }
  return { one, other, settle, ways, desk, write }
}

test('another agent makes a profile safe only when it has said to hold every document and the ways in', async (t) => {
  const { other, settle, ways, desk, write } = await twoAgents(t, 81)
  await write('hello')
  assert.equal((await desk.now()).isSafe, false)
  await settle()
  assert.equal((await desk.now()).isSafe, false)
  ways.add(other.deviceId)
  const { isSafe, domains } = await desk.now()
  assert.deepEqual([isSafe, domains.length], [true, 2])
  assert.ok(domains.every((domain) => domain.startsWith('the disk of ')))
})

test('a wipe check of another device counts what is left without it and names the documents, and a stranger’s is refused', async (t) => {
  const { one, other, settle, ways, desk, write } = await twoAgents(t, 82)
  await write('hello')
  await settle()
  ways.add(other.deviceId)
  const ofOther = await desk.wipeCheck(other.deviceId)
  assert.deepEqual([ofOther.isSafe, ofOther.domainsLeft.length], [false, 1])
  assert.deepEqual(
    ofOther.documents.map(({ domainsLeft }) => domainsLeft.length),
    [1],
  )
  assert.deepEqual(ofOther.onlyHere, [])
  const ofThis = await desk.wipeCheck()
  assert.deepEqual(ofThis.domainsLeft.length, 1)
  assert.deepEqual(await desk.wipeCheck(one.deviceId), ofThis)
  await assert.rejects(desk.wipeCheck(idFromBytes('DeviceId', new Uint8Array(16).fill(9))), { code: 'no-such-device' })
})

test('of a device that has never said what it holds nobody says that it can be wiped', async (t) => {
  const { other, desk, write } = await twoAgents(t, 83)
  await write('hello')
  const { isSafe, onlyHere } = await desk.wipeCheck(other.deviceId)
  assert.deepEqual([isSafe, onlyHere.map(({ kind }) => kind)], [false, ['edits']])
})

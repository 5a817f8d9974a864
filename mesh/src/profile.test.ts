import assert from 'node:assert/strict'
import { test } from 'node:test'
import { revokeDevice } from '@cloudos/crypto/change-authority'
import { createDeviceSeeds, deviceIdentityFrom } from '@cloudos/crypto/device-identity'
import { foundProfile } from '@cloudos/crypto/found-profile'
import type { FoundedProfile } from '@cloudos/crypto/found-profile'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Hash } from '@cloudos/protocol/ids'
import { AuthorityLog } from './authority-log.ts'
import type { AuthorityStore } from './authority-log.ts'
import { createDiskStore } from './disk-log.ts'
import type { Incident } from './incident.ts'
import { openProfile } from './profile.ts'
import type { Profile } from './profile.ts'
import { DOC, instantClock, peerIdOf } from './testing/family.ts'
import { MemoryDisk } from './testing/memory-disk.ts'
import { MemoryNetwork } from './testing/memory-net.ts'

const dice = createDice(11)

function newDevice(): DeviceIdentity {
  return deviceIdentityFrom(createDeviceSeeds(dice))
}

function storeOf(entries: Uint8Array[]): AuthorityStore {
  let kept: readonly Hash[] = []
  return {
    load: () => Promise.resolve({ entries, keyChanges: kept }),
    append: (more, keyChanges) => {
      entries.push(...more)
      kept = keyChanges
      return Promise.resolve()
    },
  }
}

function found(...identities: readonly DeviceIdentity[]): Promise<FoundedProfile> {
  return foundProfile({
    rng: dice,
    nowMs: instantClock.nowMs(),
    devices: identities.map((identity, at) => ({ identity, name: `device ${String(at)}`, class: 'agent' })),
  })
}

async function open(
  founded: FoundedProfile,
  identity: DeviceIdentity,
  incidents: Incident[] = [],
  entries: Uint8Array[] = founded.entries.map(({ bytes }) => bytes),
): Promise<Profile> {
  return openProfile({
    profileId: founded.profileId,
    identity,
    authority: storeOf(entries),
    frames: createDiskStore(new MemoryDisk()),
    heads: { load: () => Promise.resolve([]), save: () => Promise.resolve() },
    sightings: { load: () => Promise.resolve([]), save: () => Promise.resolve() },
    renewals: { load: () => Promise.resolve([]), save: () => Promise.resolve() },
    clock: {
      ...instantClock,
      sleep: (ms, signal) =>
        ms > 1000
          ? new Promise((resolve) =>
              signal?.addEventListener('abort', () => {
                resolve()
              }),
            )
          : Promise.resolve(),
    },
    rng: dice,
    onIncident: (incident) => incidents.push(incident),
  })
}

test('the devices of a founded profile share a document under its first epoch', async () => {
  const [one, two] = [newDevice(), newDevice()]
  const founded = await found(one, two)
  const network = new MemoryNetwork()
  const [a, b] = [await open(founded, one), await open(founded, two)]
  b.attach(network.join(peerIdOf(two)))
  await a.connect(network.join(peerIdOf(one)), peerIdOf(two))
  const docA = await a.replica.open(DOC)
  docA.ydoc.getText('t').insert(0, 'hello')
  await network.settle()
  assert.equal((await b.replica.open(DOC)).ydoc.getText('t').toJSON(), 'hello')
  assert.ok(a.admits(peerIdOf(two)) && !a.admits(peerIdOf(newDevice())))
  await Promise.all([a.close(), b.close()])
})

test('a device that is not in the log is told so', async () => {
  const founded = await found(newDevice())
  await assert.rejects(open(founded, newDevice()), { code: 'not-a-member' })
})

test('a device that was removed and starts again is told that it was', async () => {
  const [one, two] = [newDevice(), newDevice()]
  const founded = await found(one, two)
  const a = await open(founded, one)
  const power = { state: a.authority.state, root: founded.rootSigner, rng: dice, nowMs: instantClock.nowMs() }
  const { entries } = await revokeDevice(power, { deviceId: two.deviceId, reason: 'retired', admitted: new Map() })
  const all = [...founded.entries, ...entries].map(({ bytes }) => bytes)
  await assert.rejects(open(founded, two, [], all), { code: 'removed' })
  await a.close()
})

test('entries that no key of the profile signed are not kept, whoever brings them', async () => {
  const [one, thief] = [newDevice(), newDevice()]
  const founded = await found(one)
  const other = await found(thief)
  const entries = founded.entries.map(({ bytes }) => bytes)
  const profile = await open(founded, one, [], entries)
  const before = entries.length
  await profile.authority.take(other.entries.map(({ bytes }) => bytes))
  await profile.authority.take([
    new Uint8Array(40),
    founded.entries[0]?.bytes.map((byte, at) => (at === 20 ? byte ^ 1 : byte)) ?? new Uint8Array(),
  ])
  assert.equal(entries.length, before)
  assert.equal(profile.authority.entries().size, founded.entries.length)
})

test('entries that the disk refused are neither in force nor forgotten', async () => {
  const [one, two] = [newDevice(), newDevice()]
  const founded = await found(one, two)
  const all = founded.entries.map(({ bytes }) => bytes)
  const full = new CloudError('disk-full', 'The disk is full.')
  const kept = storeOf(all.slice(0, -1))
  let isFull = true
  const log = await AuthorityLog.open(founded.profileId, {
    load: () => kept.load(),
    append: (more, keyChanges) => (isFull ? Promise.reject(full) : kept.append(more, keyChanges)),
  })
  const before = log.tip()
  await assert.rejects(log.take(all), full)
  assert.equal(log.tip(), before)
  isFull = false
  await log.take(all)
  assert.deepEqual((await kept.load()).entries, all)
  assert.notEqual(log.tip(), before)
})

test('a revocation reaches everybody in reach at once, the revoked first, who then gets nothing more', async () => {
  const [one, two, three] = [newDevice(), newDevice(), newDevice()]
  const founded = await found(one, two, three)
  const network = new MemoryNetwork()
  const incidents: Incident[] = []
  const [a, b, c] = [await open(founded, one), await open(founded, two), await open(founded, three, incidents)]
  // One of them in the middle, as an agent between a page and another agent.
  b.attach(network.join(peerIdOf(two)))
  c.attach(network.join(peerIdOf(three)))
  await a.connect(network.join(peerIdOf(one)), peerIdOf(two))
  await b.connect(network.join(peerIdOf(two)), peerIdOf(three))
  const docA = await a.replica.open(DOC)
  docA.ydoc.getText('t').insert(0, 'before')
  await network.settle()
  const docC = await c.replica.open(DOC)
  assert.equal(docC.ydoc.getText('t').toJSON(), 'before')

  const power = { state: a.authority.state, root: founded.rootSigner, rng: dice, nowMs: instantClock.nowMs() }
  const { entries } = await revokeDevice(power, { deviceId: three.deviceId, reason: 'lost', admitted: new Map() })
  await a.authority.take(entries.map(({ bytes }) => bytes))
  await network.settle()
  assert.deepEqual(incidents, [{ kind: 'removed', reason: 'revoked' }])
  assert.deepEqual([a, b].map((profile) => profile.admits(peerIdOf(three))), [false, false]) // prettier-ignore

  docA.ydoc.getText('t').insert(6, ' and after')
  await network.settle()
  const docB = await b.replica.open(DOC)
  assert.equal(docB.ydoc.getText('t').toJSON(), 'before and after')
  assert.equal(docC.ydoc.getText('t').toJSON(), 'before')
  assert.notEqual(b.membership.currentEpoch, c.membership.currentEpoch)
  await Promise.all([a.close(), b.close(), c.close()])
})

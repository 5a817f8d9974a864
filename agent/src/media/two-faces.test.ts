import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Incident } from '@cloudos/mesh/incident'
import type { Profile } from '@cloudos/mesh/profile'
import { DOC, peerIdOf } from '@cloudos/mesh/testing/family'
import { MemoryNetwork } from '@cloudos/mesh/testing/memory-net'
import type { NewMedium } from '@cloudos/protocol/storage-commands'
import { createBlobStore } from '@cloudos/storage-adapters/blob-store'
import { openJournal } from '../journal/journal.ts'
import { createReserve } from '../reserve.ts'
import { hoardingMedium, newHoard } from '../testing/lying-medium.ts'
import type { Hoard } from '../testing/lying-medium.ts'
import { folderFor } from '../testing/run-agent.ts'
import { house, stillClock } from '../testing/protected-house.ts'
import type { House } from '../testing/protected-house.ts'
import type { MediumKindPort } from './kinds.ts'
import { MediaDesk } from './media-desk.ts'

const PLACE: NewMedium = {
  kind: 'webdav',
  where: 'https://dav.example.org/cloudos/',
  account: 'robin',
  secret: 'secret',
}

interface Device {
  readonly profile: Profile
  readonly desk: MediaDesk
  readonly incidents: Incident[]
  /** Which of its two histories the server shows to this device. */
  face: Hoard
}

function sitDown(t: TestContext, { profiles, identities, ways, dice }: House, at: number, face: Hoard): Device {
  const [profile, identity] = [profiles[at], identities[at]]
  assert.ok(profile && identity)
  const home = folderFor(t)
  const journal = openJournal(join(home, 'journal.db'), 0, createReserve(join(home, 'reserve')))
  journal.ways.put(ways)
  const server: MediumKindPort = {
    normalise: (where) => where,
    check: () => Promise.resolve(),
    found: () => Promise.resolve(),
    connect: () => Promise.resolve(createBlobStore(facing(() => device.face))),
    failureDomain: () => Promise.resolve('dav.example.org'),
    saveEveryMs: 3_000,
    retry: { firstMs: 1, maxMs: 1 },
  }
  const incidents: Incident[] = []
  const desk = new MediaDesk({
    ...{ kinds: { webdav: server }, media: journal.media, ways: journal.ways, identity },
    ...{ homeFolder: home, clock: stillClock, rng: dice, onIncident: (incident) => incidents.push(incident) },
  })
  const device: Device = { profile, desk, incidents, face }
  desk.open(profile)
  t.after(async () => {
    await desk[Symbol.asyncDispose]()
    await profile.close()
    journal.close()
  })
  return device
}

function facing(face: () => Hoard): ReturnType<typeof hoardingMedium> {
  const now = (): ReturnType<typeof hoardingMedium> => hoardingMedium(face())
  return {
    ...now(),
    readHead: (...asked) => now().readHead(...asked),
    casHead: (...asked) => now().casHead(...asked),
    readBlob: (...asked) => now().readBlob(...asked),
    writeBlob: (...asked) => now().writeBlob(...asked),
  }
}

function copyOf({ heads, blobs }: Hoard): Hoard {
  return { heads: [...heads], blobs: new Map(blobs) }
}

async function write({ profile, desk }: Device, mediumId: string, word: string): Promise<void> {
  const doc = await profile.replica.open(DOC)
  doc.ydoc.getText('text').insert(0, word)
  await doc.durable()
  await desk.sync(mediumId)
}

async function stateOf({ desk }: Device, mediumId: string): Promise<string | undefined> {
  return (await desk.list()).find((one) => one.mediumId === mediumId)?.state
}

/** Attaches and connects them; resolves when all that they have to say is said. */
async function meet(network: MemoryNetwork, one: Device, other: Device, peers: readonly string[]): Promise<void> {
  for (const [at, { profile }] of [one, other].entries()) profile.attach(network.join(peers[at] ?? ''))
  await one.profile.connect(network.join(peers[0] ?? ''), peers[1] ?? '')
  await network.settle()
}

test('a server that shows two devices two histories is found out when they meet: nothing is written there until the owner’s word, and nothing is lost', async (t) => {
  const two = await house(2, 60)
  const peers = two.identities.map(peerIdOf)
  const network = new MemoryNetwork()
  const honest = newHoard()
  const [one, other] = [sitDown(t, two, 0, honest), sitDown(t, two, 1, honest)]
  const [here, there] = [await one.desk.add(PLACE), await other.desk.add(PLACE)]
  await write(one, here, 'both ')
  await other.desk.sync(there)
  other.face = copyOf(honest)
  for (const word of ['one ', 'two ']) await write(one, here, word)
  for (const word of ['three ', 'four ', 'five ']) await write(other, there, word)
  assert.deepEqual([...one.incidents, ...other.incidents], [], 'its own memory tells neither of them')

  await meet(network, one, other, peers)
  const before = [one.face.heads.length, other.face.heads.length]
  await assert.rejects(one.desk.sync(here), { code: 'forked' })
  await assert.rejects(other.desk.sync(there), { code: 'forked' })
  await assert.rejects(write(one, here, 'six '), { code: 'forked' })
  assert.deepEqual([await stateOf(one, here), await stateOf(other, there)], ['doubted', 'doubted'])
  assert.deepEqual([one.face.heads.length, other.face.heads.length], before)
  for (const { incidents } of [one, other])
    assert.deepEqual(incidents.map(({ kind, ...of }) => [kind, 'seenBy' in of && of.seenBy !== undefined]), [['medium-fork', true]]) // prettier-ignore
  await network.settle()
  const texts = await Promise.all([one, other].map(async ({ profile }) => (await profile.replica.open(DOC)).ydoc.getText('text').toJSON())) // prettier-ignore
  for (const word of ['both', 'one', 'two', 'three', 'four', 'five', 'six'])
    for (const text of texts) assert.ok(text.includes(word), word)

  // The server has one face again, whichever: the word at one device is enough for both.
  one.face = other.face
  await one.desk.trust(here)
  await one.profile.showHeads()
  await network.settle()
  await other.desk.sync(there)
  assert.deepEqual([await stateOf(one, here), await stateOf(other, there)], ['kept', 'kept'])
  await write(other, there, 'seven ')
  await one.desk.sync(here)
  assert.deepEqual([one.incidents.length, other.incidents.length], [1, 1])
})

test('a server that shows an older copy to a device than to another is waited for without an alarm, and goes on once it has caught up', async (t) => {
  const two = await house(2, 61)
  const peers = two.identities.map(peerIdOf)
  const honest = newHoard()
  const [one, other] = [sitDown(t, two, 0, honest), sitDown(t, two, 1, honest)]
  const [here, there] = [await one.desk.add(PLACE), await other.desk.add(PLACE)]
  one.face = copyOf(honest)
  for (const word of ['one ', 'two ']) await write(other, there, word)
  await meet(new MemoryNetwork(), one, other, peers)
  await assert.rejects(one.desk.sync(here), { code: 'behind' })
  assert.equal(await stateOf(one, here), 'waiting')
  assert.deepEqual(one.incidents, [])
  one.face = honest
  await one.desk.sync(here)
  assert.equal(await stateOf(one, here), 'kept')
  assert.deepEqual(one.incidents, [])
})

test('a place that shows a newcomer less than it has shown another is kept on the list, waiting, and not written to', async (t) => {
  const two = await house(2, 62)
  const peers = two.identities.map(peerIdOf)
  const honest = newHoard()
  const [one, other] = [sitDown(t, two, 0, newHoard()), sitDown(t, two, 1, honest)]
  const there = await other.desk.add(PLACE)
  await write(other, there, 'one ')
  await meet(new MemoryNetwork(), one, other, peers)
  const here = await one.desk.add(PLACE)
  assert.equal(await stateOf(one, here), 'waiting')
  assert.equal(one.face.heads.length, 1)
  await one.desk.trust(here)
  assert.equal(await stateOf(one, here), 'kept')
})

import assert from 'node:assert/strict'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { issueCertificate } from '@cloudos/crypto/certificate-check'
import { addDevice } from '@cloudos/crypto/change-authority'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { startCopy } from '@cloudos/mesh/copy/copy-keeper'
import type { CopyKeeper } from '@cloudos/mesh/copy/copy-keeper'
import { memoryAlone } from '@cloudos/mesh/copy/copy-memory'
import { readCopy } from '@cloudos/mesh/copy/read-copy'
import { takeCopy } from '@cloudos/mesh/copy/take-copy'
import type { SeenHead } from '@cloudos/protocol/sightings'
import type { Incident } from '@cloudos/mesh/incident'
import type { Profile } from '@cloudos/mesh/profile'
import { DOC } from '@cloudos/mesh/testing/family'
import { keptOf, newDevice, openKept } from '@cloudos/mesh/testing/profiles'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import { createBlobStore } from '@cloudos/storage-adapters/blob-store'
import { createFaultyMedium } from '@cloudos/storage-adapters/faulty'
import { connectFolder, foundFolder } from '@cloudos/storage-adapters/folder'
import { createMemoryMedium } from '@cloudos/storage-adapters/memory'
import { house, NOW_MS, stillClock } from '../testing/protected-house.ts'
import type { House } from '../testing/protected-house.ts'

const CANARY = 'the heron lands at dawn'

interface Kept {
  seen: SeenHead | undefined
  readonly incidents: Incident[]
}

function keeperOf(
  { profiles, identities, ways }: House,
  at: number,
  connect: () => Promise<ConnectedBlobStore>,
  kept: Kept = { seen: undefined, incidents: [] },
): CopyKeeper {
  const [profile, identity] = [profiles[at], identities[at]]
  assert.ok(profile && identity)
  return startCopy({
    connect,
    medium: 'stick',
    profile,
    identity,
    ways: () => ways,
    memory: memoryAlone({
      find: () => kept.seen,
      save: (seen) => {
        kept.seen = seen
      },
    }),
    clock: stillClock,
    saveEveryMs: 3_000,
    ownDomain: () => Promise.resolve('own disk'),
    retryAfterMs: () => 1_000,
    onIncident: (incident) => kept.incidents.push(incident),
  })
}

async function write(profile: Profile | undefined, text: string): Promise<void> {
  assert.ok(profile)
  const doc = await profile.replica.open(DOC)
  doc.ydoc.getText('text').insert(0, text)
  await doc.durable()
}

async function close({ profiles }: House, ...keepers: readonly CopyKeeper[]): Promise<void> {
  for (const keeper of keepers) await keeper.close()
  for (const profile of profiles) await profile.close()
}

/** A device that never met the others, let in by the root, with nothing but what lies on the medium. */
async function readAnew({ founded, dice }: House, store: ConnectedBlobStore): Promise<string> {
  const copy = await readCopy(store, founded.profileId)
  assert.ok(copy.ok)
  const identity = newDevice(dice)
  const certificate = await issueCertificate({
    profileId: founded.profileId,
    identity,
    name: 'new',
    class: 'agent',
    caps: [],
    challenge: dice.bytes(32),
    nowMs: NOW_MS,
  })
  const power = { state: copy.value.state, root: founded.rootSigner, rng: dice, nowMs: NOW_MS }
  const added = await addDevice(power, certificate, founded.keyByEpoch)
  const kept = keptOf({ ...founded, entries: [] }, identity, dice)
  kept.entries.push(...copy.value.entries, ...added.map(({ bytes }) => bytes))
  const profile = await openKept(kept, stillClock)
  await takeCopy(copy.value, profile.replica, 'stick')
  const text = (await profile.replica.open(DOC)).ydoc.getText('text').toJSON()
  await profile.close()
  return text
}

test('a new device reads every edit from a copy in memory alone, and nothing on it is readable without', async () => {
  const one = await house(1, 1)
  const medium = createMemoryMedium()
  const connect = () => Promise.resolve(createBlobStore(medium))
  const keeper = keeperOf(one, 0, connect)
  await write(one.profiles[0], CANARY)
  await keeper.sync()
  for (let edit = 0; edit < 20; edit++) await write(one.profiles[0], `${String(edit)} `)
  await keeper.sync()
  assert.equal(keeper.state.behind, 0)
  const store = await connect()
  const text = await readAnew(one, store)
  assert.ok(text.endsWith(CANARY) && text.startsWith('19 '))
  const canary = Buffer.from(CANARY)
  for await (const name of store.list('')) {
    medium.damage(name, (bytes) => {
      assert.equal(Buffer.from(bytes).includes(canary), false)
      return bytes
    })
  }
  await close(one, keeper)
})

test('a folder brings everything back', async () => {
  const path = await mkdtemp(join(tmpdir(), 'cloudos-copy-'))
  await foundFolder(path)
  const one = await house(1, 2)
  const connect = () => connectFolder(path, 'disk')
  const keeper = keeperOf(one, 0, connect)
  await write(one.profiles[0], CANARY)
  await keeper.sync()
  assert.equal((await keeper.check()).damagedPacks, 0)
  assert.equal(await readAnew(one, await connect()), CANARY)
  await close(one, keeper)
})

test('two writers on one medium lose nothing, and learn from each other', async () => {
  const two = await house(2, 3)
  const medium = createMemoryMedium()
  const connect = () => Promise.resolve(createBlobStore(medium))
  const keepers = [keeperOf(two, 0, connect), keeperOf(two, 1, connect)]
  for (let round = 0; round < 4; round++) {
    await Promise.all(two.profiles.map((profile, at) => write(profile, `${'ab'[at] ?? ''}${String(round)} `)))
    await Promise.all(keepers.map((keeper) => keeper.sync()))
  }
  for (const keeper of keepers) await keeper.sync()
  const text = await readAnew(two, await connect())
  for (const words of ['a0', 'a1', 'a2', 'a3', 'b0', 'b1', 'b2', 'b3']) assert.ok(text.includes(words), words)
  for (const profile of two.profiles)
    assert.equal((await profile.replica.open(DOC)).ydoc.getText('text').toJSON(), text)
  await close(two, ...keepers)
})

test('with any bit flipped a copy opens to what was written, or not at all', async () => {
  const one = await house(1, 4)
  const medium = createMemoryMedium()
  const connect = () => Promise.resolve(createBlobStore(medium))
  const keeper = keeperOf(one, 0, connect)
  await write(one.profiles[0], CANARY)
  await keeper.sync()
  const store = await connect()
  const names: string[] = []
  for await (const name of store.list('')) names.push(name)
  for (const name of names)
    for (let flip = 0; flip < 12; flip++) {
      let before = new Uint8Array(0)
      medium.damage(name, (bytes) => {
        before = bytes.slice()
        const at = one.dice.below(bytes.length)
        return bytes.map((byte, i) => (i === at ? byte ^ (1 << one.dice.below(8)) : byte))
      })
      const copy = await readCopy(store)
      if (copy.ok) {
        const damaged: string[] = []
        let frames = 0
        for await (const _frame of copy.value.frames((blob) => damaged.push(blob))) frames++
        // Only what a reader of the ways in never looks at may be damaged behind an open copy.
        assert.ok(name.startsWith('b/') && (damaged.length === 1 || name === 'b/' + copy.value.head.headsBlob))
        assert.equal(frames === 0, damaged.length === 1)
      } else assert.ok(copy.error.kind === 'corrupt' || copy.error.kind === 'newer-version')
      medium.damage(name, () => before)
    }
  await close(one, keeper)
})

test('a writer that is cut off between any two steps leaves a head that opens, and goes on from it', async () => {
  const one = await house(1, 5)
  const medium = createMemoryMedium()
  const sound = () => Promise.resolve(createBlobStore(medium))
  const first = keeperOf(one, 0, sound)
  await first.sync()
  await first.close()
  for (let round = 0; round < 30; round++) {
    const rates = { 'timeout-before': 0.15, 'timeout-after': 0.1, 'timeout-late': 0.1, conflict: 0.1 }
    const shaky = createFaultyMedium(medium, rates, createDice(100 + round))
    const keeper = keeperOf(one, 0, () => Promise.resolve(createBlobStore(shaky)))
    await write(one.profiles[0], `${String(round)},`)
    await keeper.sync().catch((cause: unknown) => {
      assert.ok(cause instanceof CloudError)
    })
    await keeper.close()
    assert.ok((await readCopy(await sound(), one.founded.profileId)).ok)
  }
  const last = keeperOf(one, 0, sound)
  await last.sync()
  const text = await readAnew(one, await sound())
  for (let round = 0; round < 30; round++) assert.ok(text.includes(`${String(round)},`))
  await close(one, last)
})

test('a medium that goes back is told of and not overwritten', async () => {
  const one = await house(1, 6)
  const medium = createMemoryMedium()
  const connect = () => Promise.resolve(createBlobStore(medium))
  const kept: Kept = { seen: undefined, incidents: [] }
  const keeper = keeperOf(one, 0, connect, kept)
  await keeper.sync()
  let old = new Uint8Array(0)
  medium.damage('h/profile', (bytes) => (old = bytes.slice()))
  await write(one.profiles[0], 'more')
  await keeper.sync()
  medium.damage('h/profile', () => old)
  await write(one.profiles[0], 'and more')
  await assert.rejects(keeper.sync(), { code: 'rolled-back' })
  assert.deepEqual(kept.incidents, [{ kind: 'medium-rollback', medium: 'stick' }])
  medium.damage('h/profile', (bytes) => {
    assert.deepEqual(bytes, old)
    return bytes
  })
  await close(one, keeper)
})

test("another profile's medium is refused and stays as it is", async () => {
  const [mine, theirs] = [await house(1, 7), await house(1, 8)]
  const medium = createMemoryMedium()
  const connect = () => Promise.resolve(createBlobStore(medium))
  const first = keeperOf(mine, 0, connect)
  await first.sync()
  const second = keeperOf(theirs, 0, connect)
  await assert.rejects(second.sync(), { code: 'foreign-profile' })
  assert.ok((await readCopy(await connect(), mine.founded.profileId)).ok)
  await close(mine, first)
  await close(theirs, second)
})

test('a pack that rotted is found by a check and written again', async () => {
  const one = await house(1, 9)
  const medium = createMemoryMedium()
  const connect = () => Promise.resolve(createBlobStore(medium))
  const keeper = keeperOf(one, 0, connect)
  await write(one.profiles[0], CANARY)
  await keeper.sync()
  const store = await connect()
  const copy = await readCopy(store)
  assert.ok(copy.ok)
  for (const { blob } of copy.value.packs) medium.damage('b/' + blob, (bytes) => bytes.with(9, 1 ^ (bytes[9] ?? 0)))
  assert.equal((await keeper.check()).damagedPacks, 1)
  await keeper.sync()
  assert.equal((await keeper.check()).damagedPacks, 0)
  assert.equal(await readAnew(one, store), CANARY)
  await close(one, keeper)
})

test('a device that cannot read a part of a copy and has it from nowhere else says so, until another brings it', async () => {
  const two = await house(2, 10)
  const medium = createMemoryMedium()
  const connect = () => Promise.resolve(createBlobStore(medium))
  const [writer, reader] = [keeperOf(two, 0, connect), keeperOf(two, 1, connect)]
  await write(two.profiles[0], CANARY)
  await writer.sync()
  const copy = await readCopy(await connect())
  assert.ok(copy.ok)
  for (const { blob } of copy.value.packs) medium.damage('b/' + blob, (bytes) => bytes.with(9, 1 ^ (bytes[9] ?? 0)))
  await reader.sync()
  assert.equal(reader.state.unread, 1)
  await writer.check()
  await writer.sync()
  await reader.sync()
  assert.equal(reader.state.unread, 0)
  const doc = await two.profiles[1]?.replica.open(DOC)
  assert.equal(doc?.ydoc.getText('text').toJSON(), CANARY)
  await close(two, writer, reader)
})

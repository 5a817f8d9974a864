import assert from 'node:assert/strict'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { phraseWay } from '@cloudos/crypto/way-in'
import { startCopy } from '@cloudos/mesh/copy/copy-keeper'
import { memoryAlone } from '@cloudos/mesh/copy/copy-memory'
import { readCopy } from '@cloudos/mesh/copy/read-copy'
import type { Incident } from '@cloudos/mesh/incident'
import { openCopy } from '@cloudos/mesh/recovery/open-copy'
import { rehearse } from '@cloudos/mesh/recovery/rehearse'
import { DOC } from '@cloudos/mesh/testing/family'
import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import type { SeenHead } from '@cloudos/protocol/sightings'
import { createRandom } from '@cloudos/protocol/testing/random'
import { createBlobStore } from '@cloudos/storage-adapters/blob-store'
import { connectFolder, foundFolder } from '@cloudos/storage-adapters/folder'
import { createMemoryMedium } from '@cloudos/storage-adapters/memory'
import { connectS3, foundS3 } from '@cloudos/storage-adapters/s3'
import { S3_KEY, startFakeS3 } from '@cloudos/storage-adapters/testing/fake-s3'
import { createTestLine } from '@cloudos/storage-adapters/testing/http-line'
import { WEBDAV_ACCOUNT, WEBDAV_PROGRAMS } from '@cloudos/storage-adapters/testing/webdav-servers'
import { connectWebdav, foundWebdav } from '@cloudos/storage-adapters/webdav'
import { folderFor } from '../testing/run-agent.ts'
import { house, stillClock } from '../testing/protected-house.ts'
import type { House } from '../testing/protected-house.ts'

const never = new AbortController().signal

/** A place whose disk rots under the hands of a test. */
interface Rotting {
  connect(): Promise<ConnectedBlobStore>
  blobs(): Promise<readonly string[]>
  head(): Promise<string>
  read(path: string): Promise<Buffer>
  /** `undefined`: it is lost. */
  write(path: string, bytes: Buffer | undefined): Promise<void>
}

function rottingFolder(root: string, connect: () => Promise<ConnectedBlobStore>): Rotting {
  return {
    connect,
    blobs: async () => (await readdir(join(root, 'b'))).map((name) => `b/${name}`),
    async head() {
      const generation = (await readdir(join(root, 'h/profile'))).sort().at(-1) ?? ''
      const [record = ''] = await readdir(join(root, 'h/profile', generation))
      return `h/profile/${generation}/${record}`
    },
    read: (path) => readFile(join(root, path)),
    write: (path, bytes) => (bytes === undefined ? rm(join(root, path)) : writeFile(join(root, path), bytes)),
  }
}

async function inFolder(t: TestContext): Promise<Rotting> {
  const path = folderFor(t)
  await foundFolder(path)
  return rottingFolder(path, () => connectFolder(path, 'disk'))
}

async function inBucket(t: TestContext): Promise<Rotting> {
  const server = await startFakeS3()
  t.after(() => server[Symbol.asyncDispose]())
  const place = { address: `${server.url}bucket/`, credential: S3_KEY, line: createTestLine() }
  await foundS3(place, never)
  return {
    connect: () => connectS3(place, 'server', never),
    blobs: () => Promise.resolve([...server.objects.keys()].filter((key) => key.startsWith('b/'))),
    head: () => Promise.resolve('h/profile'),
    read: (path) => Promise.resolve(server.objects.get(path) ?? Buffer.alloc(0)),
    async write(path, bytes) {
      if (bytes === undefined) server.objects.delete(path)
      else server.objects.set(path, bytes)
    },
  }
}

/** It reads its disk anew each time. */
const apache = WEBDAV_PROGRAMS.find(({ name }) => name === 'apache')

async function onServer(t: TestContext): Promise<Rotting> {
  assert.ok(apache)
  const disk = folderFor(t)
  const server = await apache.start(disk)
  t.after(() => server[Symbol.asyncDispose]())
  const place = { address: `${server.url}copy/`, credential: WEBDAV_ACCOUNT, line: createTestLine() }
  await foundWebdav(place, never)
  return rottingFolder(join(disk, 'served/copy'), () => connectWebdav(place, 'server', never))
}

function keeperOf({ profiles, identities, ways }: House, at: number, connect: Rotting['connect']) {
  const [profile, identity] = [profiles[at], identities[at]]
  assert.ok(profile && identity)
  let seen: SeenHead | undefined
  const incidents: Incident[] = []
  const mended: number[] = []
  const keeper = startCopy({
    ...{ connect, medium: 'place', profile, identity, ways: () => ways, clock: stillClock },
    memory: memoryAlone({ find: () => seen, save: (head) => (seen = head) }),
    saveEveryMs: 3_000,
    ownDomain: () => Promise.resolve('own disk'),
    retryAfterMs: () => 1_000,
    onIncident: (incident) => incidents.push(incident),
  })
  keeper.onMended((objects) => mended.push(objects))
  return { keeper, profile, incidents, mended }
}

type Random = ReturnType<typeof createRandom>

function flipped(bytes: Buffer, random: Random, times: number): Buffer {
  const broken = Buffer.from(bytes)
  for (let time = 0; time < times; time++) {
    const at = random.below(broken.length)
    broken[at] = (broken[at] ?? 0) ^ (1 << random.below(8))
  }
  return broken
}

/** Blobs flip, are cut or are lost; a head flips in a few places or loses its end. */
async function rot(place: Rotting, random: Random): Promise<void> {
  const blobs = await place.blobs()
  for (let times = 1 + random.below(3); times > 0; times--) {
    const path = blobs[random.below(blobs.length)] ?? ''
    const bytes = await place.read(path).catch(() => Buffer.alloc(0))
    if (bytes.length === 0) continue
    const how = random.below(3)
    const broken =
      how === 0 ? flipped(bytes, random, 3) : how === 1 ? bytes.subarray(0, random.below(bytes.length)) : undefined
    await place.write(path, broken)
  }
  if (random.below(2) === 0) return
  const head = await place.head()
  const bytes = await place.read(head)
  const isCut = random.below(3) === 0
  await place.write(head, isCut ? bytes.subarray(0, bytes.length - 1 - random.below(40)) : flipped(bytes, random, 1 + random.below(3))) // prettier-ignore
}

/** The copy alone, opened by the words, brings back all that the profile has. */
async function opensAlone({ founded, phrase, dice, profiles }: House, connect: Rotting['connect']): Promise<void> {
  const [profile] = profiles
  await using store = await connect()
  const copy = await readCopy(store, founded.profileId)
  assert.ok(copy.ok && profile, 'the copy reads')
  const opened = await openCopy(copy.value, phraseWay(phrase))
  assert.ok(opened.ok)
  const { keyByEpoch } = opened.value.vault
  const whole = await rehearse({ copy: copy.value, keyByEpoch, profile, medium: 'place', clock: stillClock, rng: dice })
  assert.equal(whole.notSaved, 0)
}

const PLACES: readonly (readonly [
  name: string,
  found: (t: TestContext) => Promise<Rotting>,
  missing?: string | undefined,
])[] = [
  ['a folder', inFolder],
  ['a bucket of S3', inBucket],
  ['a WebDAV server', onServer, apache?.missing],
]
const ROUNDS = 12

for (const [at, [name, found, missing]] of PLACES.entries())
  test(
    `whatever rots on ${name}, after one round of care the copy alone opens again and brings everything back`,
    { skip: missing ?? false },
    async (t) => {
      // prettier-ignore
      const place = await found(t)
      const one = await house(1, 90 + at)
      const { keeper, profile, incidents, mended } = keeperOf(one, 0, () => place.connect())
      const random = createRandom(at)
      const doc = await profile.replica.open(DOC)
      for (let round = 0; round < ROUNDS; round++) {
        doc.ydoc.getText('text').insert(0, `round ${String(round)}, ${'x'.repeat(random.below(3_000))}`)
        await doc.durable()
        await keeper.sync()
        await rot(place, random)
        await keeper.tend(() => true)
        await opensAlone(one, () => place.connect())
        assert.equal((await keeper.check()).damagedPacks, 0)
      }
      assert.ok(mended.length > ROUNDS / 3, `mended in ${String(mended.length)} rounds`)
      assert.deepEqual(incidents, [])
      await keeper.close()
      await profile.close()
    },
  )

test('a round of care reads back what is due, tells what it has mended, and leaves a whole copy as it is', async (t) => {
  const place = await inFolder(t)
  const one = await house(1, 95)
  const { keeper, profile, mended } = keeperOf(one, 0, () => place.connect())
  const doc = await profile.replica.open(DOC)
  doc.ydoc.getText('text').insert(0, 'hello')
  await doc.durable()
  await keeper.sync()
  const { gen } = keeper.state
  assert.ok((await keeper.tend(() => true)) >= 2)
  assert.equal(await keeper.tend(() => false), 0)
  assert.deepEqual([keeper.state.gen, mended], [gen, []])
  assert.ok((keeper.state.room?.freeBytes ?? 0) > 0)
  for (const path of await place.blobs()) await place.write(path, undefined)
  await keeper.tend(() => true)
  assert.deepEqual([keeper.state.gen, mended], [gen + 1, [1]])
  await opensAlone(one, () => place.connect())
  await keeper.close()
  await profile.close()
})

test('a broken head that is not certainly the one this device has seen is never written over without a word', async (t) => {
  const both = await house(2, 96)
  t.after(() => Promise.all(both.profiles.map((profile) => profile.close())))
  for (const whose of ['of another device', 'beyond proof'] as const) {
    const medium = createMemoryMedium()
    const connect = (): Promise<ConnectedBlobStore> => Promise.resolve(createBlobStore(medium))
    const [first, second] = [keeperOf(both, 0, connect), keeperOf(both, 1, connect)]
    await first.keeper.sync()
    if (whose === 'of another device') {
      const doc = await second.profile.replica.open(DOC)
      doc.ydoc.getText('text').insert(0, 'of the other')
      await doc.durable()
      await second.keeper.sync()
    }
    medium.damage('h/profile', (bytes) => bytes.map((byte, at) => (whose === 'beyond proof' || at % 200 === 13 ? byte ^ 1 : byte))) // prettier-ignore
    const shown = async () => (await (await connect()).readHead('profile'))?.heads[0]
    const before = await shown()
    await assert.rejects(first.keeper.tend(() => true))
    assert.deepEqual(await shown(), before, whose)
    assert.deepEqual(first.mended, [])
    for (const { keeper } of [first, second]) await keeper.close()
  }
})

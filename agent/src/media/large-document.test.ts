import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCopy } from '@cloudos/mesh/copy/read-copy'
import type { StoredCopy } from '@cloudos/mesh/copy/read-copy'
import { hashState } from '@cloudos/mesh/snapshots/canonical-state'
import { drawLarge } from '@cloudos/mesh/testing/drawn-large'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import { createBlobStore } from '@cloudos/storage-adapters/blob-store'
import { connectFolder } from '@cloudos/storage-adapters/folder'
import { createMemoryMedium } from '@cloudos/storage-adapters/memory'
import { connectS3, foundS3 } from '@cloudos/storage-adapters/s3'
import { S3_KEY, startFakeS3 } from '@cloudos/storage-adapters/testing/fake-s3'
import { createTestLine } from '@cloudos/storage-adapters/testing/http-line'
import { foundTemporaryFolder } from '@cloudos/storage-adapters/testing/temporary-folder'
import { cutAfter } from '../testing/cut-line.ts'
import { SlowHouse } from '../testing/days-of-edits.ts'

const DAY_MS = 24 * 60 * 60_000

interface Place extends AsyncDisposable {
  connect(): Promise<ConnectedBlobStore>
}

const PLACES: Readonly<Record<string, () => Promise<Place>>> = {
  memory: () => {
    const medium = createMemoryMedium()
    return Promise.resolve({
      connect: () => Promise.resolve(createBlobStore(medium)),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    })
  },
  'a folder': async () => {
    const folder = await foundTemporaryFolder()
    return {
      connect: () => connectFolder(folder.path, 'a disk'),
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    }
  },
  S3: async () => {
    const server = await startFakeS3()
    const place = { address: `${server.url}bucket/copy/`, credential: S3_KEY, line: createTestLine() }
    const never = new AbortController().signal
    await foundS3(place, never)
    return {
      connect: () => connectS3(place, 'a server', never),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    }
  },
}

async function copyOn(slow: SlowHouse, place: Place): Promise<StoredCopy> {
  const copy = await readCopy(await place.connect(), slow.house.founded.profileId)
  assert.ok(copy.ok)
  return copy.value
}

async function assertReadsAs(slow: SlowHouse, place: Place): Promise<void> {
  assert.deepEqual((await slow.readAnew(await place.connect())).hashes, hashState((await slow.doc(0)).ydoc))
}

/** Saves over a line that is cut after ever more requests, until one save goes through. Answers how many were cut. */
async function saveCutAnywhere(slow: SlowHouse, place: Place): Promise<number> {
  for (let requests = 0; requests < 80; requests++) {
    await slow.restartKeeper(0)
    const store = cutAfter(await place.connect(), requests)
    const saved = await slow
      .keeper(0, () => store)
      .sync()
      .then(
        () => true,
        (cause: unknown) => {
          assert.ok(cause instanceof CloudError)
          return false
        },
      )
    await assertReadsAs(slow, place)
    if (saved) return requests
  }
  throw new Error('no save went through')
}

for (const [name, open] of Object.entries(PLACES))
  test(`a document that no frame holds is compacted on ${name}, cut between any two parts, and a new device reads the same`, async () => {
    await using place = await open()
    const slow = await SlowHouse.open(1, 51)
    const doc = await slow.doc(0)
    await drawLarge(doc, slow.dice, 1_300_000)
    let store = await place.connect()
    const save = async (): Promise<void> => {
      await slow.restartKeeper(0)
      store = await place.connect()
      await slow.keeper(0, () => store).sync()
    }
    await save()
    slow.nowMs += 2 * DAY_MS
    assert.ok((await saveCutAnywhere(slow, place)) > 5)
    const first = await copyOn(slow, place)
    assert.ok((first.snapshots[0]?.laterBlobs?.length ?? 0) >= 1)
    assert.equal(first.head.minReaderVersion, 2, 'what cannot read it is told to update')
    const before = first.packs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    for (let day = 0; day < 3; day++) {
      doc.ydoc.getMap('m').set('day', day)
      await doc.durable()
      slow.nowMs += 2 * DAY_MS
      await save()
    }
    slow.nowMs += 8 * DAY_MS
    assert.ok((await saveCutAnywhere(slow, place)) > 5)
    await save()
    const last = await copyOn(slow, place)
    assert.equal(last.snapshots.length, 2)
    assert.ok(last.packs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) < before / 10)
    assert.equal((await slow.keeper(0).check()).damagedPacks, 0)
    await assertReadsAs(slow, place)
    assert.deepEqual(slow.incidents, [])
    await slow.close()
  })

test('where one part of a snapshot is lost nothing is given up for it, and what it stood for is there again', async () => {
  const slow = await SlowHouse.open(1, 52)
  const doc = await slow.doc(0)
  await drawLarge(doc, slow.dice, 1_500_000)
  await slow.keeper(0).sync()
  for (let day = 0; day < 4; day++) {
    doc.ydoc.getMap('m').set('day', day)
    await doc.durable()
    slow.nowMs += 2 * DAY_MS
    await slow.keeper(0).sync()
  }
  const place: Place = {
    connect: () => Promise.resolve(slow.connect()),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
  const { snapshots, packs } = await copyOn(slow, place)
  assert.equal(snapshots.length, 2)
  const lost = snapshots[0]?.laterBlobs?.at(-1)
  assert.ok(lost)
  slow.medium.damage('b/' + lost, (bytes) => bytes.with(9, 1 ^ (bytes[9] ?? 0)))
  slow.nowMs += 8 * DAY_MS
  await slow.keeper(0).sync()
  assert.equal((await copyOn(slow, place)).packs.length, packs.length, 'nothing was given up')
  assert.equal((await slow.keeper(0).check()).damagedPacks, 1)
  await slow.keeper(0).sync()
  await slow.keeper(0).sync()
  await assertReadsAs(slow, place)
  await slow.close()
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { createAeadKey, createNonceSource } from '@cloudos/crypto/aead'
import { docKeyFrom } from '@cloudos/crypto/derive'
import { hashId } from '@cloudos/crypto/hash'
import { sealFrame } from '@cloudos/crypto/sealed-frame'
import { signFor } from '@cloudos/crypto/signature'
import { readCopy } from '@cloudos/mesh/copy/read-copy'
import type { StoredCopy } from '@cloudos/mesh/copy/read-copy'
import { takeCopy } from '@cloudos/mesh/copy/take-copy'
import type { SealedDoc } from '@cloudos/mesh/sealed-doc'
import { hashState } from '@cloudos/mesh/snapshots/canonical-state'
import { DOC } from '@cloudos/mesh/testing/family'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { NO_FRAME, parseFrame } from '@cloudos/protocol/frame'
import { encodeHead } from '@cloudos/protocol/head'
import { idFromBytes } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'
import { encodePackIndex } from '@cloudos/protocol/pack-index'
import { encodeSigned } from '@cloudos/protocol/signed'
import { encodeSnapshotList } from '@cloudos/protocol/snapshot-list'
import { encodeSnapshot } from '@cloudos/protocol/snapshot'
import { createBlobStore } from '@cloudos/storage-adapters/blob-store'
import { createMemoryMedium } from '@cloudos/storage-adapters/memory'
import * as Y from 'yjs'
import { cutAfter } from '../testing/cut-line.ts'
import { compactOverDays, SlowHouse, withCapabilities } from '../testing/days-of-edits.ts'

const DAY_MS = 24 * 60 * 60_000

async function copyOf(slow: SlowHouse): Promise<StoredCopy> {
  const copy = await readCopy(slow.connect(), slow.house.founded.profileId)
  assert.ok(copy.ok)
  return copy.value
}

/** How many frames of the document the packs hold, by their index. */
async function framesOn(slow: SlowHouse): Promise<number> {
  const { packs } = await copyOf(slow)
  return packs.flatMap(({ spans }) => spans).reduce((sum, { fromSeq, toSeq }) => sum + toSeq - fromSeq + 1, 0)
}

async function assertReadsAs(slow: SlowHouse, at: number): Promise<void> {
  assert.deepEqual((await slow.readAnew()).hashes, hashState((await slow.doc(at)).ydoc))
}

/** Enough for a snapshot, another a day later, and a week in which little is written. All of it is on the medium. */
async function writeAndWait(slow: SlowHouse, devices: readonly number[]): Promise<void> {
  await slow.writeDay(400, 1, devices)
  for (let day = 0; day < 3; day++) {
    await slow.writeDay(4, 1, devices)
    for (const at of devices) await slow.keeper(at).sync()
  }
  slow.nowMs += 6 * DAY_MS
}

test('one device alone gives up old frames that two snapshots stand for, and a new one reads the same', async () => {
  const slow = await SlowHouse.open(1, 31)
  await writeAndWait(slow, [0])
  const before = await framesOn(slow)
  await assertReadsAs(slow, 0)
  await slow.writeDay(4, 1)
  await slow.keeper(0).sync()
  assert.ok((await framesOn(slow)) < before - 300)
  const { snapshots } = await copyOf(slow)
  assert.equal(snapshots.length, 2)
  await assertReadsAs(slow, 0)
  assert.ok((await slow.readAnew()).records < 50)
  assert.equal((await slow.keeper(0).check()).damagedPacks, 0)
  assert.deepEqual(slow.incidents, [])
  await slow.close()
})

test('one device alone gives up its own frames once a medium elsewhere has two snapshots for them, and not before', async () => {
  const slow = await SlowHouse.open(1, 41)
  await writeAndWait(slow, [0])
  const doc = await slow.doc(0)
  let kept = 0
  for await (const { frame } of doc.scan(0)) kept += frame.length
  const records = await recordsIn(doc)
  assert.ok(records < 100, String(records))
  assert.ok(kept < 64 * 1024)
  assert.equal(doc.editCount, 411)
  doc.ydoc.getMap('settings').set('after', 'all')
  await doc.durable()
  await slow.keeper(0).sync()
  await assertReadsAs(slow, 0)
  assert.deepEqual(slow.incidents, [])
  await slow.close()
})

test('while the only medium lies on the same disk, or may drop everything, a device keeps its own frames', async () => {
  for (const capabilities of [{ failureDomain: 'own disk' }, { evictable: true }]) {
    const slow = await SlowHouse.open(1, 42)
    slow.keeper(0, () => withCapabilities(slow.connect(), capabilities))
    await writeAndWait(slow, [0])
    assert.equal((await copyOf(slow)).snapshots.length, 2)
    assert.equal(await recordsIn(await slow.doc(0)), 412)
    await slow.close()
  }
})

async function recordsIn(doc: SealedDoc): Promise<number> {
  let count = 0
  for await (const record of doc.scan(0)) count += Math.min(1, record.frame.length)
  return count
}

test('where another machine keeps the profile nothing is given up before it has answered', async () => {
  const slow = await SlowHouse.open(2, 32)
  await writeAndWait(slow, [0])
  await slow.writeDay(4, 1)
  const before = await framesOn(slow)
  assert.ok(before > 400)
  assert.equal((await copyOf(slow)).snapshots.length, 1)
  // Each answers for what the other made, and a second snapshot follows.
  await slow.writeDay(4, 2, [1, 0])
  await slow.writeDay(4, 2, [1, 0])
  await slow.writeDay(4, 2, [1, 0])
  assert.ok((await framesOn(slow)) < before - 300)
  await assertReadsAs(slow, 0)
  for (const { acks } of (await copyOf(slow)).snapshots) assert.equal(acks.length, 2)
  await slow.close()
})

test('cut off between any two steps of giving up frames the copy opens to all that was written', async () => {
  const slow = await SlowHouse.open(1, 33)
  await writeAndWait(slow, [0])
  const doc = await slow.doc(0)
  const before = await framesOn(slow)
  let onMedium = hashState(doc.ydoc)
  let steps = 0
  for (; steps < 60; steps++) {
    doc.ydoc.getMap('settings').set('step', steps)
    await doc.durable()
    await slow.restartKeeper(0)
    const broken = cutAfter(slow.medium, steps)
    const saved = await slow
      .keeper(0, () => createBlobStore(broken))
      .sync()
      .then(
        () => true,
        (cause: unknown) => {
          assert.ok(cause instanceof CloudError)
          return false
        },
      )
    await slow.restartKeeper(0)
    const { hashes } = await slow.readAnew()
    const now = hashState(doc.ydoc)
    if (!saved && isDeepStrictEqual(hashes, onMedium)) continue
    assert.deepEqual(hashes, now)
    onMedium = now
    if (saved) break
  }
  assert.ok(steps > 5 && steps < 60, String(steps))
  await slow.keeper(0).sync()
  await slow.keeper(0).sync()
  assert.ok((await framesOn(slow)) < before - 300)
  await assertReadsAs(slow, 0)
  await slow.close()
})

test('a false snapshot in place of frames is found out by who has them, told, and the frames written again', async () => {
  const slow = await SlowHouse.open(2, 34)
  await slow.writeDay(300, 1)
  await slow.keeper(1).sync()
  const lie = await replaceFramesByLie(slow)
  await (await slow.doc(0)).durable()
  await slow.keeper(0).sync()
  assert.deepEqual(
    slow.incidents.map(({ kind }) => kind),
    ['false-snapshot'],
  )
  assert.ok((await copyOf(slow)).snapshots.every(({ blob }) => blob !== lie))
  await assertReadsAs(slow, 0)
  await slow.close()
})

/** The second device drops all packs and lists, as if it covered them, a snapshot in which something has been deleted. */
async function replaceFramesByLie(slow: SlowHouse): Promise<Hash> {
  const store = slow.connect()
  const liar = await slow.doc(1)
  const thief = slow.house.identities[1]
  assert.ok(thief)
  const covers = new Map([...liar.heads()].map(([chain, { seq, id }]) => [chain, { seq, frameId: id }]))
  const other = new Y.Doc()
  Y.applyUpdate(other, Y.encodeStateAsUpdate(liar.ydoc))
  other.getText('text').delete(0, 40)
  const { currentEpoch } = slow.profile(1).membership
  const epochKey = slow.house.founded.keyByEpoch.get(currentEpoch)
  assert.ok(epochKey)
  const { bytes, frameId } = await sealFrame({
    header: {
      type: 'snapshot',
      docId: DOC,
      epochId: currentEpoch,
      deviceId: thief.deviceId,
      incarnation: idFromBytes('Incarnation', slow.dice.bytes(4)),
      seq: 1,
      prev: NO_FRAME,
    },
    updates: encodeSnapshot({ covers, state: Y.encodeStateAsUpdate(other) }),
    key: createAeadKey(docKeyFrom(epochKey, DOC, currentEpoch)),
    nonces: createNonceSource(slow.dice),
    signer: thief.signer,
  })
  const { name: blob } = await store.putBlob(bytes)
  const sizeBytes = bytes.length
  const lie = { blob, sizeBytes, snapshotId: frameId, docId: DOC, covers, takenAtMs: slow.nowMs, acks: [] }
  const { name: snapshotsBlob } = await store.putBlob(encodeSnapshotList({ snapshots: [lie] }))
  const { head, headBytes, authorityBlobs, read } = await copyOf(slow)
  const { name: packIndexBlob } = await store.putBlob(encodePackIndex({ authorityBlobs, packs: [], snapshotsBlob }))
  const next = { ...head, gen: head.gen + 1, prev: hashId(headBytes), packIndexBlob, writer: thief.deviceId }
  const payload = encodeHead(next)
  const signed = encodeSigned(payload, await signFor(thief.signer, 'head', payload))
  assert.equal(await store.casHead('profile', signed, read.version), 'ok')
  return blob
}

test('a device that was away for forty days comes back with what nobody had seen', async () => {
  const slow = await SlowHouse.open(3, 35)
  const away = await slow.doc(2)
  await slow.writeDay(60, 1, [0, 1, 2])
  for (const at of [0, 1, 2]) await slow.keeper(at).sync()
  away.ydoc.getMap('settings').set('written away', 'and kept')
  away.ydoc.getText('text').insert(3, '[written away]')
  await away.durable()
  await writeAndWait(slow, [0, 1])
  slow.nowMs += 30 * DAY_MS
  await slow.writeDay(8, 2, [0, 1])
  await slow.writeDay(8, 2, [0, 1])
  const first = (await copyOf(slow)).packs.flatMap(({ spans }) => spans).filter(({ fromSeq }) => fromSeq === 1)
  assert.deepEqual(first, [], 'nothing was given up')
  for (const at of [2, 0, 1, 2]) await slow.keeper(at).sync()
  for (const at of [0, 1]) {
    const { ydoc } = await slow.doc(at)
    assert.equal(ydoc.getMap('settings').get('written away'), 'and kept')
    assert.ok(ydoc.getText('text').toJSON().includes('[written away]'))
    assert.deepEqual(hashState(ydoc), hashState(away.ydoc))
  }
  await assertReadsAs(slow, 2)
  assert.deepEqual(slow.incidents, [])
  await slow.close()
})

test('a device that stands on a snapshot brings all of it to a medium that is empty', async () => {
  const slow = await SlowHouse.open(3, 36)
  await writeAndWait(slow, [0, 1])
  await slow.writeDay(4, 2, [0, 1])
  await takeCopy(await copyOf(slow), slow.profile(2).replica, 'stick')
  const based = await slow.doc(2)
  assert.deepEqual(hashState(based.ydoc), hashState((await slow.doc(1)).ydoc))
  assert.ok(based.frameCount < 400)
  based.ydoc.getMap('settings').set('after', 'all')
  await based.durable()
  const empty = createMemoryMedium()
  await slow.keeper(2, () => createBlobStore(empty)).sync()
  assert.deepEqual((await slow.readAnew(createBlobStore(empty))).hashes, hashState(based.ydoc))
  await slow.close()
})

test('two devices that save at once make no two snapshots of one day, and lose nothing', async () => {
  const slow = await SlowHouse.open(2, 37)
  for (let day = 0; day < 6; day++) {
    await slow.writeDay(150, 1, [0, 1])
    slow.nowMs += 2 * DAY_MS
    await Promise.all([0, 1].map((at) => slow.keeper(at).sync()))
  }
  for (const at of [0, 1, 0, 1]) await slow.keeper(at).sync()
  const { snapshots } = await copyOf(slow)
  assert.equal(new Set(snapshots.map(({ takenAtMs }) => takenAtMs)).size, snapshots.length)
  await assertReadsAs(slow, 0)
  await assertReadsAs(slow, 1)
  await slow.close()
})

test('a snapshot that rotted is found by a check, and what it stood for is there again', async () => {
  const slow = await SlowHouse.open(1, 38)
  await writeAndWait(slow, [0])
  await slow.writeDay(4, 1)
  await slow.keeper(0).sync()
  const { snapshots } = await copyOf(slow)
  for (const { blob } of snapshots) slow.medium.damage('b/' + blob, (bytes) => bytes.with(9, 1 ^ (bytes[9] ?? 0)))
  assert.equal((await slow.keeper(0).check()).damagedPacks, snapshots.length)
  await slow.keeper(0).sync()
  await assertReadsAs(slow, 0)
  await slow.close()
})

test('a snapshot on a medium says nothing to whoever has no key', async () => {
  const slow = await SlowHouse.open(1, 39)
  await writeAndWait(slow, [0])
  const { snapshots } = await copyOf(slow)
  assert.ok(snapshots.length > 0)
  for (const { blob } of snapshots) {
    const bytes = await slow.connect().getBlob(blob)
    assert.ok(bytes && parseFrame(bytes).ok)
    assert.equal(Buffer.from(bytes).includes('words'), false)
  }
  await slow.close()
})

test('days of edits are compacted to what is equal', async () => {
  const days = { days: 11, editsPerDay: 240, devices: 1, seed: 5 }
  const { isEqual, edits, records, logBytes, lastWeekBytes } = await compactOverDays(days)
  assert.ok(isEqual)
  assert.ok(records <= edits)
  assert.ok(logBytes < lastWeekBytes)
})

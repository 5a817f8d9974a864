import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { concatBytes } from '@cloudos/protocol/bytes'
import { LIMITS } from '@cloudos/protocol/limits'
import type { MadeSnapshot, SealedDoc } from '../sealed-doc.ts'
import { RECORD_HEADER_BYTES, readRecord } from '../log-records.ts'
import { drawLarge, drawPiece } from '../testing/drawn-large.ts'
import { createFamily, DOC, startDevice } from '../testing/family.ts'
import type { Device, Family } from '../testing/family.ts'
import { MemoryNetwork } from '../testing/memory-net.ts'
import { hashState } from './canonical-state.ts'

async function madeOf(doc: SealedDoc): Promise<MadeSnapshot> {
  const made = await doc.snapshot()
  assert.ok(made)
  assert.ok(made.parts.every(({ length }) => length <= LIMITS.frameMaxBytes))
  return made
}

function stateOf({ ydoc }: SealedDoc): unknown {
  const hashes = hashState(ydoc)
  assert.ok(hashes)
  return hashes
}

function reasons({ incidents }: Device): string[] {
  return incidents.flatMap((incident) => (incident.kind === 'frame-refused' ? [incident.reason] : []))
}

interface Large {
  readonly family: Family
  readonly author: Device
  readonly doc: SealedDoc
  readonly made: MadeSnapshot
}

async function large(seed: number): Promise<Large> {
  const family = createFamily(4, seed)
  const author = startDevice(family, 0)
  const doc = await author.replica.open(DOC)
  await drawLarge(doc, family.dice, 1_000_000 + family.dice.below(3_000_000))
  return { family, author, doc, made: await madeOf(doc) }
}

test('a document that no frame holds is a snapshot in several parts, and who stands on it has every byte of its state', async () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const { family, author, doc, made } = await large(seed)
    assert.ok(made.parts.length > 1, `seed ${String(seed)}: ${String(made.parts.length)}`)
    const judged = await doc.judge(made.parts)
    assert.ok(judged.ok && judged.value.snapshotId === made.snapshotId)
    const device = startDevice(family, 1)
    const based = await device.replica.open(DOC)
    await based.admitBase(made.parts, 'stick')
    assert.deepEqual(stateOf(based), stateOf(doc))
    assert.equal(based.frameCount, made.parts.length)
    // What it judges next it judges by the snapshot that it stands on.
    assert.ok((await based.judge(made.parts)).ok)
    based.ydoc.getMap('m').set('after', seed)
    await device.replica.close()
    const again = startDevice(family, 1, { disk: device.disk })
    const loaded = await again.replica.open(DOC)
    assert.equal(loaded.ydoc.getMap('m').get('after'), seed)
    assert.deepEqual([...loaded.heads().keys()].sort(), [...based.heads().keys()].sort())
    assert.deepEqual([...reasons(device), ...reasons(again), ...reasons(author)], [])
    await again.replica.close()
    await author.replica.close()
  }
})

test('a peer that lacks the frames is sent every part, and hands them on', async () => {
  const { family, author, doc, made } = await large(11)
  const network = new MemoryNetwork()
  const [based, late, last] = [1, 2, 3].map((at) => startDevice(family, at, { network }))
  assert.ok(based && late && last)
  const [basedDoc, lateDoc, lastDoc] = await Promise.all([based, late, last].map(({ replica }) => replica.open(DOC)))
  assert.ok(basedDoc && lateDoc && lastDoc)
  lateDoc.ydoc.getMap('late').set('edit', 'kept')
  await lateDoc.durable()
  await basedDoc.admitBase(made.parts, 'stick')
  await based.replica.connect(network.join(based.peerId), late.peerId)
  await network.settle()
  basedDoc.ydoc.getMap('m').set('after', 'both')
  await network.settle()
  await last.replica.connect(network.join(last.peerId), late.peerId)
  await network.settle()
  for (const one of [lateDoc, lastDoc]) {
    assert.deepEqual(stateOf(one), stateOf(basedDoc))
    assert.equal(one.ydoc.getMap('late').get('edit'), 'kept')
    assert.equal(one.ydoc.getText('pages').toJSON(), doc.ydoc.getText('pages').toJSON())
  }
  assert.deepEqual([based, late, last].flatMap(reasons), [])
  for (const { replica } of [author, based, late, last]) await replica.close()
})

test('killed between any two parts the log opens to what was there before, and takes the whole snapshot after', async () => {
  const { family, author, doc, made } = await large(21)
  const whole = startDevice(family, 1)
  const based = await whole.replica.open(DOC)
  based.ydoc.getMap('own').set('before', 'it came')
  await based.durable()
  const before = stateOf(based)
  await based.admitBase(made.parts, 'stick')
  await based.durable()
  const after = stateOf(based)
  const log = whole.disk.peek(`${DOC}.log`)
  const ends: number[] = []
  for (let at = 0; at < log.length;) {
    const found = readRecord(log, at)
    assert.ok(found.kind === 'record')
    at = found.nextOffset
    ends.push(at)
  }
  assert.equal(ends.length, made.parts.length + 1)
  const [first = 0, ...parts] = ends
  for (const end of [first, ...parts.flatMap((one) => [one - 100, one - RECORD_HEADER_BYTES, one])]) {
    const disk = whole.disk.copy('machine-1')
    disk.overwrite(`${DOC}.log`, log.slice(0, end))
    const device = startDevice(family, 1, { disk })
    const opened = await device.replica.open(DOC)
    assert.deepEqual(stateOf(opened), end === log.length ? after : before, String(end))
    // What was written then is there after the next start as well.
    opened.ydoc.getMap('own').set('then', end)
    await device.replica.close()
    const again = startDevice(family, 1, { disk })
    const reopened = await again.replica.open(DOC)
    assert.equal(reopened.ydoc.getMap('own').get('then'), end)
    await reopened.admitBase(made.parts, 'stick')
    assert.equal(reopened.ydoc.getText('pages').toJSON(), doc.ydoc.getText('pages').toJSON())
    await again.replica.close()
    const last = startDevice(family, 1, { disk })
    assert.deepEqual(stateOf(await last.replica.open(DOC)), stateOf(reopened))
    assert.deepEqual([device, again, last].flatMap(reasons), [])
    await last.replica.close()
  }
  for (const { replica } of [author, whole]) await replica.close()
})

test('parts that are missing, doubled, out of order or of two snapshots are refused and change nothing', async () => {
  const { family, author, doc, made } = await large(31)
  const other = await madeOf(doc)
  const reader = startDevice(family, 1)
  const read = await reader.replica.open(DOC)
  const { parts } = made
  const [first, second] = parts
  const last = parts.at(-1)
  assert.ok(first && second && last)
  const wrong: readonly (readonly Uint8Array[])[] = [
    [first],
    [last],
    parts.slice(0, -1),
    parts.slice(1),
    [...parts, last],
    parts.toReversed(),
    [first, ...parts.slice(0, -1)],
  ]
  for (const some of wrong) {
    assert.deepEqual(await doc.judge(some), { ok: false, error: 'bad-snapshot' })
    await read.admitBase(some, 'peer')
  }
  assert.deepEqual(
    reasons(reader),
    wrong.map(() => 'bad-snapshot'),
  )
  await read.admitBase([first, second.with(-1, 1 ^ (second.at(-1) ?? 0)), ...parts.slice(2)], 'peer')
  assert.equal(reasons(reader).at(-1), 'bad-signature')
  assert.equal(read.frameCount, 0)
  // Two seals of one state are one state.
  await read.admitBase([first, ...other.parts.slice(1)], 'peer')
  assert.deepEqual(stateOf(read), stateOf(doc))
  drawPiece(doc.ydoc, createDice(1), 10)
  const later = await madeOf(doc)
  assert.equal(later.parts.length, parts.length)
  assert.deepEqual(await doc.judge([first, ...later.parts.slice(1)]), { ok: false, error: 'bad-snapshot' })
  for (const { replica } of [author, reader]) await replica.close()
})

test('the parts of a snapshot say nothing to whoever has no key, and hide where its state is cut', async () => {
  const { author, made } = await large(41)
  assert.equal(Buffer.from(concatBytes(...made.parts)).includes('page page'), false)
  const sizes = new Set(made.parts.slice(1).map(({ length }) => length))
  assert.equal(sizes.size, 1, 'all are of one length')
  await author.replica.close()
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAeadKey, createNonceSource } from '@cloudos/crypto/aead'
import { docKeyFrom } from '@cloudos/crypto/derive'
import { frameIdOf, sealFrame } from '@cloudos/crypto/sealed-frame'
import { NO_FRAME, parseFrame } from '@cloudos/protocol/frame'
import type { FrameHeader } from '@cloudos/protocol/frame'
import { chainKey, idFromBytes } from '@cloudos/protocol/ids'
import { encodeSnapshot } from '@cloudos/protocol/snapshot'
import * as Y from 'yjs'
import type { MadeSnapshot, SealedDoc } from '../sealed-doc.ts'
import { drawEdit } from '../testing/drawn-edits.ts'
import { createFamily, DOC, startDevice } from '../testing/family.ts'
import type { Device, Family } from '../testing/family.ts'
import { MemoryNetwork } from '../testing/memory-net.ts'
import { hashState } from './canonical-state.ts'
import type { Covers } from './open-snapshot.ts'

async function recordsOf(doc: SealedDoc): Promise<Uint8Array[]> {
  const records: Uint8Array[] = []
  for await (const { frame } of doc.scan(0)) records.push(frame.slice())
  return records
}

async function admitAll(doc: SealedDoc, frames: readonly Uint8Array[]): Promise<void> {
  for (const frame of frames) await doc.admit(frame, 'peer')
}

function stateOf(doc: SealedDoc | undefined): unknown {
  assert.ok(doc)
  const hashes = hashState(doc.ydoc)
  assert.ok(hashes)
  return hashes
}

function tipsOf(doc: SealedDoc): unknown {
  return [...doc.heads()].sort(([a], [b]) => (a < b ? -1 : 1))
}

async function snapshotOf(doc: SealedDoc): Promise<MadeSnapshot> {
  const made = await doc.snapshot()
  assert.ok(made)
  return made
}

function onlyPart({ parts }: MadeSnapshot): Uint8Array {
  const [only, ...more] = parts
  assert.ok(only && more.length === 0)
  return only
}

function reasons({ incidents }: Device): string[] {
  return incidents.flatMap((incident) => (incident.kind === 'frame-refused' ? [incident.reason] : [incident.kind]))
}

/** A snapshot exactly as a hostile but authorised device could make it. */
function forge(
  family: Family,
  at: number,
  covers: Covers,
  state: Uint8Array,
  header: Partial<FrameHeader> = {},
): Uint8Array {
  const identity = family.identities[at]
  assert.ok(identity)
  const { currentEpoch } = family.membership
  const epochKey = family.membership.epochKey(currentEpoch) ?? new Uint8Array(32)
  const sealed = sealFrame({
    header: {
      type: 'snapshot',
      docId: DOC,
      epochId: currentEpoch,
      deviceId: identity.deviceId,
      incarnation: idFromBytes('Incarnation', new Uint8Array(4).fill(9)),
      seq: 1,
      prev: NO_FRAME,
      ...header,
    },
    updates: encodeSnapshot({ covers, state }),
    key: createAeadKey(docKeyFrom(epochKey, DOC, currentEpoch)),
    nonces: createNonceSource(family.dice),
    signer: identity.signer,
  })
  assert.ok(!(sealed instanceof Promise))
  return sealed.bytes
}

interface History {
  readonly family: Family
  readonly network: MemoryNetwork
  readonly writers: readonly Device[]
  readonly docs: readonly SealedDoc[]
  readonly made: MadeSnapshot
}

/** Three devices write, meet, and are apart; one of them makes a snapshot somewhere on the way. */
async function drawHistory(seed: number): Promise<History> {
  const family = createFamily(6, seed)
  const { dice } = family
  const network = new MemoryNetwork()
  const writers = [0, 1, 2].map((at) => startDevice(family, at, { network }))
  const docs = await Promise.all(writers.map(({ replica }) => replica.open(DOC)))
  const rounds = 4 + dice.below(8)
  const snapshotAfter = dice.below(rounds)
  let made: MadeSnapshot | undefined
  for (let round = 0; round < rounds; round++) {
    for (let edits = dice.below(12); edits > 0; edits--) {
      const doc = docs[dice.below(3)]
      if (doc !== undefined) drawEdit(doc.ydoc, dice)
      if (dice.below(3) === 0) await doc?.durable()
    }
    const [from, to] = [writers[dice.below(3)], writers[dice.below(3)]]
    if (from !== undefined && to !== undefined && from !== to)
      await from.replica.connect(network.join(from.peerId), to.peerId)
    if (dice.below(2) === 0) await network.settle()
    const author = docs[dice.below(3)]
    if (round === snapshotAfter && author !== undefined) made = await author.snapshot()
  }
  for (const [from, to] of [
    [0, 1],
    [1, 2],
  ] as const) {
    const [a, b] = [writers[from], writers[to]]
    if (a !== undefined && b !== undefined) await a.replica.connect(network.join(a.peerId), b.peerId)
  }
  await network.settle()
  assert.ok(made)
  return { family, network, writers, docs, made }
}

const SEEDS = Array.from({ length: 40 }, (_, at) => at + 1)

test('whatever the history, a snapshot and the frames after it make the state that all frames make', async () => {
  for (const seed of SEEDS) {
    const { family, writers, docs, made } = await drawHistory(seed)
    const [first] = docs
    assert.ok(first)
    const want = stateOf(first)
    const records = await recordsOf(first)
    for (const doc of docs) {
      assert.deepEqual(stateOf(doc), want)
      const judged = await doc.judge(made.parts)
      assert.ok(judged.ok, `seed ${String(seed)}: ${judged.ok ? '' : judged.error}`)
      // Who has all the frames gains nothing from it.
      const before = doc.frameCount
      await doc.admitBase(made.parts, 'peer')
      assert.equal(doc.frameCount, before)
    }
    for (const had of [0, family.dice.below(records.length + 1)]) {
      const device = startDevice(family, 3)
      const doc = await device.replica.open(DOC)
      await admitAll(doc, records.slice(0, had))
      await doc.admitBase(made.parts, 'peer')
      // Only what the snapshot does not cover.
      const later = records.filter((record) => {
        const frame = parseFrame(record)
        return frame.ok && frame.value.header.seq > (made.covers.get(frame.value.chain)?.seq ?? 0)
      })
      await admitAll(doc, later)
      assert.deepEqual(stateOf(doc), want, `seed ${String(seed)}, had ${String(had)}`)
      assert.deepEqual(tipsOf(doc), tipsOf(first))
      assert.deepEqual(reasons(device), [])
      await device.replica.close()
      const again = startDevice(family, 3, { disk: device.disk })
      const loaded = await again.replica.open(DOC)
      assert.deepEqual(stateOf(loaded), want)
      assert.deepEqual(tipsOf(loaded), tipsOf(first))
      await again.replica.close()
    }
    for (const { replica } of writers) await replica.close()
  }
})

test('who stands on a snapshot hands it on, is told what is new, and loses nothing of what others wrote meanwhile', async () => {
  for (const seed of SEEDS.slice(0, 15)) {
    const { family, network, writers, docs, made } = await drawHistory(100 + seed)
    const [first] = docs
    assert.ok(first)
    const [based, late] = [3, 4].map((at) => startDevice(family, at, { network }))
    assert.ok(based && late)
    const [basedDoc, lateDoc] = await Promise.all([based, late].map(({ replica }) => replica.open(DOC)))
    assert.ok(basedDoc && lateDoc)
    // The one that comes late has a part of the history, and edits that nobody has seen.
    const records = await recordsOf(first)
    await admitAll(lateDoc, records.slice(0, family.dice.below(records.length + 1)))
    lateDoc.ydoc.getMap('late').set('edit', 'kept')
    await lateDoc.durable()
    await basedDoc.admitBase(made.parts, 'stick')
    await based.replica.connect(network.join(based.peerId), late.peerId)
    await network.settle()
    basedDoc.ydoc.getMap('m').set('after', 'both')
    await network.settle()
    const writer = writers[1]
    assert.ok(writer)
    await writer.replica.connect(network.join(writer.peerId), based.peerId)
    await network.settle()
    assert.deepEqual(stateOf(basedDoc), stateOf(lateDoc), `seed ${String(seed)}`)
    assert.deepEqual(stateOf(docs[1]), stateOf(lateDoc), `seed ${String(seed)}`)
    assert.equal(first.ydoc.getMap('late').get('edit'), 'kept')
    assert.deepEqual([...reasons(based), ...reasons(late)], [])
    for (const { replica } of [...writers, based, late]) await replica.close()
  }
})

async function twoEdits(): Promise<{
  family: Family
  author: Device
  doc: SealedDoc
  reader: Device
  read: SealedDoc
}> {
  const family = createFamily(3)
  const [author, reader] = [startDevice(family, 0), startDevice(family, 1)]
  const doc = await author.replica.open(DOC)
  for (const text of ['one ', 'two ']) {
    doc.ydoc.getText('t').insert(0, text)
    await doc.durable()
  }
  return { family, author, doc, reader, read: await reader.replica.open(DOC) }
}

test('a snapshot that differs from its frames in one letter is found out by whoever has them', async () => {
  const { family, doc, reader, read } = await twoEdits()
  await admitAll(read, await recordsOf(doc))
  const { covers } = await snapshotOf(doc)
  const other = new Y.Doc()
  const [client] = doc.ydoc.store.clients.keys()
  other.clientID = client ?? 0
  for (const text of ['one ', 'twq ']) other.getText('t').insert(0, text)
  const { header } = await frameOf(doc)
  const place = { deviceId: header.deviceId, incarnation: header.incarnation, seq: 3, prev: header.prev }
  const lie = forge(family, 0, covers, Y.encodeStateAsUpdate(other), place)
  assert.deepEqual(await read.judge([lie]), { ok: false, error: 'false' })
  await read.admitBase([lie], 'peer')
  assert.equal(read.ydoc.getText('t').toJSON(), 'two one ')
  assert.deepEqual(reasons(reader), [])
})

/** As the next snapshot of this run would stand. */
async function frameOf(doc: SealedDoc): Promise<{ header: FrameHeader }> {
  const parsed = parseFrame(onlyPart(await snapshotOf(doc)))
  assert.ok(parsed.ok)
  return { header: parsed.value.header }
}

test('who has not got the frames cannot tell, and says so', async () => {
  const { doc, read } = await twoEdits()
  const { parts } = await snapshotOf(doc)
  assert.deepEqual(await read.judge(parts), { ok: false, error: 'unknown' })
})

test('each fault of a snapshot is refused by name and changes nothing', async () => {
  const { family, doc, reader, read } = await twoEdits()
  const made = await snapshotOf(doc)
  const { header } = await frameOf(doc)
  const whole = onlyPart(made)
  const place = { deviceId: header.deviceId, incarnation: header.incarnation, seq: 3, prev: header.prev }
  const state = Y.encodeStateAsUpdate(doc.ydoc)
  const stranger = new Y.Doc()
  stranger.getText('t').insert(0, 'nobody wrote this')
  const partial = Y.encodeStateAsUpdate(
    doc.ydoc,
    Y.encodeStateVectorFromUpdate((await updatesOf(family, doc))[0] ?? state),
  )
  const [ownChain] = made.covers.keys()
  assert.ok(ownChain)
  const unknown = chainKey(idFromBytes('DeviceId', new Uint8Array(16)), header.incarnation)
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ['bad-form', whole.subarray(1)],
    ['bad-form', (await recordsOf(doc))[0] ?? whole],
    ['bad-signature', whole.with(-1, 1 ^ (whole.at(-1) ?? 0))],
    [
      'unknown-document',
      forge(family, 0, made.covers, state, { ...place, docId: idFromBytes('DocId', new Uint8Array(16)) }),
    ],
    [
      'unknown-device',
      forge(family, 0, made.covers, state, { ...place, deviceId: idFromBytes('DeviceId', new Uint8Array(16)) }),
    ],
    ['bad-snapshot', forge(family, 0, made.covers, state, { ...place, seq: 4 })],
    ['bad-snapshot', forge(family, 0, new Map(), state, place)],
    [
      'unknown-device',
      forge(family, 0, new Map([...made.covers, [unknown, { seq: 1, frameId: made.snapshotId }]]), state, place),
    ],
    ['bad-update', forge(family, 0, made.covers, state.subarray(0, -1), place)],
    ['bad-update', forge(family, 0, made.covers, partial, place)],
    ['foreign-client-id', forge(family, 0, made.covers, Y.encodeStateAsUpdate(stranger), place)],
  ]
  for (const [, bytes] of cases) await read.admitBase([bytes], 'peer')
  assert.deepEqual(
    reasons(reader),
    cases.map(([reason]) => reason),
  )
  assert.equal(read.frameCount, 0)
  assert.equal(read.ydoc.getText('t').toJSON(), '')
  await read.admitBase(made.parts, 'peer')
  assert.equal(read.ydoc.getText('t').toJSON(), 'two one ')
})

async function updatesOf(family: Family, doc: SealedDoc): Promise<Uint8Array[]> {
  const device = startDevice(family, 2)
  const other = await device.replica.open(DOC)
  const updates: Uint8Array[] = []
  other.ydoc.on('update', (update: Uint8Array) => updates.push(update))
  await admitAll(other, await recordsOf(doc))
  await device.replica.close()
  return updates
}

test('a snapshot of a removed device is taken up to its cut and not past it', async () => {
  const { family, doc, reader, read } = await twoEdits()
  const before = await snapshotOf(doc)
  doc.ydoc.getText('t').insert(0, 'three ')
  const after = await snapshotOf(doc)
  const deviceId = family.identities[0]?.deviceId
  assert.ok(deviceId)
  family.revoked.add(deviceId)
  for (const chain of before.covers.keys()) family.cuts.set(chain, 2)
  await read.admitBase(after.parts, 'peer')
  assert.deepEqual(reasons(reader), ['past-cut'])
  assert.equal(read.ydoc.getText('t').toJSON(), '')
  await read.admitBase(before.parts, 'peer')
  assert.equal(read.ydoc.getText('t').toJSON(), 'two one ')
})

test('an old snapshot that comes again takes nothing back', async () => {
  const { doc, reader, read } = await twoEdits()
  const old = await snapshotOf(doc)
  doc.ydoc.getText('t').delete(0, 4)
  const fresh = await snapshotOf(doc)
  await read.admitBase(fresh.parts, 'peer')
  const [count, state] = [read.frameCount, stateOf(read)]
  await read.admitBase(old.parts, 'peer')
  assert.equal(read.frameCount, count)
  assert.deepEqual(stateOf(read), state)
  assert.deepEqual(reasons(reader), [])
})

test('a snapshot that names more of the chain being written here than was written here is refused', async () => {
  const { family, author, doc } = await twoEdits()
  const { header } = await frameOf(doc)
  const own = chainKey(header.deviceId, header.incarnation)
  const covers = new Map([[own, { seq: 1_000, frameId: header.prev }]])
  await doc.admitBase(
    [forge(family, 1, covers, Uint8Array.of(0, 0), { deviceId: family.identities[1]?.deviceId ?? header.deviceId })],
    'peer',
  )
  assert.deepEqual(reasons(author), ['bad-chain'])
  doc.ydoc.getText('t').insert(0, 'three ')
  await doc.durable()
  assert.equal(doc.heads().get(own)?.seq, 3)
})

test('a snapshot in the place of a frame is refused, and the chain goes on', async () => {
  const { doc, reader, read } = await twoEdits()
  const [one, two] = await recordsOf(doc)
  const bytes = onlyPart(await snapshotOf(doc))
  assert.ok(one && two)
  await admitAll(read, [one, bytes, two])
  assert.deepEqual(reasons(reader), ['misplaced-snapshot'])
  assert.equal(read.ydoc.getText('t').toJSON(), 'two one ')
})

test('a snapshot whose log cannot be opened any more begins a new chain, and never a place twice', async () => {
  const { family, doc, read, reader } = await twoEdits()
  await read.admitBase((await snapshotOf(doc)).parts, 'peer')
  read.ydoc.getText('t').insert(0, 'mine ')
  await reader.replica.close()
  const known = family.membership
  family.membership = { ...known, epochKey: () => undefined }
  const locked = startDevice(family, 1, { disk: reader.disk })
  const before = read.chain
  const blind = await locked.replica.open(DOC)
  assert.notEqual(blind.chain, before)
  await locked.replica.close()
  family.membership = known
  const opened = await startDevice(family, 1, { disk: reader.disk }).replica.open(DOC)
  assert.equal(opened.ydoc.getText('t').toJSON(), 'mine two one ')
})

test('the frame id of a snapshot is what its acknowledgement names', async () => {
  const { doc } = await twoEdits()
  const made = await snapshotOf(doc)
  const parsed = parseFrame(onlyPart(made))
  assert.ok(parsed.ok)
  assert.equal(frameIdOf(parsed.value), made.snapshotId)
  const judged = await doc.judge(made.parts)
  assert.ok(judged.ok)
  assert.equal(judged.value.snapshotId, made.snapshotId)
})

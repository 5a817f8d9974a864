import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAeadKey, createNonceSource } from '@cloudos/crypto/aead'
import { docKeyFrom, clientIdFor } from '@cloudos/crypto/derive'
import { sealFrame } from '@cloudos/crypto/sealed-frame'
import { NO_FRAME, parseFrame } from '@cloudos/protocol/frame'
import type { FrameHeader } from '@cloudos/protocol/frame'
import { chainKey, idFromBytes } from '@cloudos/protocol/ids'
import type { DeviceId, Hash, Incarnation } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import * as Y from 'yjs'
import { createFamily, DOC, startDevice } from './testing/family.ts'
import type { Device, Family } from './testing/family.ts'
import { MemoryDisk } from './testing/memory-disk.ts'

const LIFE = idFromBytes('Incarnation', new Uint8Array(4).fill(9))

async function framesOf(device: Device): Promise<Uint8Array[]> {
  const doc = await device.replica.open(DOC)
  const frames: Uint8Array[] = []
  for await (const { frame } of doc.scan(0)) frames.push(frame.slice())
  return frames
}

function reasons(device: Device): string[] {
  return device.incidents.flatMap((incident) => (incident.kind === 'frame-refused' ? [incident.reason] : []))
}

/** A frame exactly as a hostile but authorised device could make it. */
function forge(
  family: Family,
  at: number,
  updates: Uint8Array,
  header: Partial<FrameHeader> = {},
): { bytes: Uint8Array; frameId: Hash } {
  const identity = family.identities[at]
  if (identity === undefined) throw new RangeError()
  const { currentEpoch } = family.membership
  const epochKey = family.membership.epochKey(currentEpoch) ?? new Uint8Array(32)
  const sealed = sealFrame({
    header: {
      type: 'update',
      docId: DOC,
      epochId: currentEpoch,
      deviceId: identity.deviceId,
      incarnation: LIFE,
      seq: 1,
      prev: NO_FRAME,
      ...header,
    },
    updates,
    key: createAeadKey(docKeyFrom(epochKey, DOC, currentEpoch)),
    nonces: createNonceSource(family.dice),
    signer: identity.signer,
  })
  if (sealed instanceof Promise) throw new Error('Node signs at once')
  return sealed
}

function updateBy(client: number, edit: (doc: Y.Doc) => void, from?: Uint8Array): Uint8Array {
  const doc = new Y.Doc()
  if (from !== undefined) Y.applyUpdate(doc, from)
  doc.clientID = client
  const before = Y.encodeStateVector(doc)
  edit(doc)
  return Y.encodeStateAsUpdate(doc, before)
}

function ownClient(family: Family, at: number, incarnation: Incarnation = LIFE): number {
  return clientIdFor(DOC, family.identities[at]?.deviceId ?? ('' as DeviceId), incarnation, 0)
}

test('an edit is one sealed frame, and a restart brings it back', async () => {
  const family = createFamily(1)
  const device = startDevice(family, 0)
  const doc = await device.replica.open(DOC)
  doc.ydoc.getMap('m').set('secret-word', 'marzipan')
  doc.ydoc.getMap('m').set('other', 'second in the same turn')
  await doc.durable()
  assert.equal(doc.frameCount, 1)
  doc.ydoc.getMap('m').set('third', 'next turn')
  await doc.durable()
  assert.equal(doc.frameCount, 2)
  const stored = new TextDecoder('latin1').decode(device.disk.peek(`${DOC}.log`))
  assert.ok(!stored.includes('marzipan') && !stored.includes('secret-word'))
  await device.replica.close()
  const again = startDevice(family, 0, { disk: device.disk })
  const loaded = await again.replica.open(DOC)
  assert.deepEqual(loaded.ydoc.getMap('m').toJSON(), {
    'secret-word': 'marzipan',
    other: 'second in the same turn',
    third: 'next turn',
  })
  assert.deepEqual(again.incidents, [])
})

test('frames judged many at a time are judged as one by one: the same document, heads and refusals, and nothing of ours is sealed', async () => {
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const family = createFamily(4, seed)
    const { dice } = family
    const writers = [startDevice(family, 0), startDevice(family, 1)]
    for (let edit = 0; edit < 60; edit++) {
      const writer = writers[dice.below(2)]
      const doc = await writer?.replica.open(DOC)
      const text = doc?.ydoc.getText('text')
      text?.insert(dice.below(text.length + 1), `<${String(edit)}>`)
      await doc?.durable()
      if (dice.below(4) > 0) continue
      for (const [from, to] of [
        [0, 1],
        [1, 0],
      ] as const)
        // prettier-ignore
        for (const frame of await framesOf(writers[from] as Device)) await (await writers[to]?.replica.open(DOC))?.admit(frame, 'test')
    }
    const frames = (await framesOf(writers[0] as Device)).flatMap((frame) => {
      const [from, to] = [dice.below(frame.length), dice.below(256)]
      const broken = frame.slice()
      broken[from] = to
      // Whole, damaged before it comes whole, or twice.
      return [[frame], [frame], [broken, frame], [frame, frame]][dice.below(4)] ?? []
    })
    const [single, together] = [startDevice(family, 2), startDevice(family, 3)]
    const [one, all] = [await single.replica.open(DOC), await together.replica.open(DOC)]
    for (const frame of frames) await one.admit(frame, 'test')
    const admitting: Promise<void>[] = []
    for (let at = 0; at < frames.length;) {
      const size = 1 + dice.below(20)
      admitting.push(all.admitAll(frames.slice(at, at + size), 'test'))
      at += size
    }
    await Promise.all(admitting)
    assert.deepEqual(all.heads(), one.heads())
    assert.equal(all.ydoc.getText('text').toString(), one.ydoc.getText('text').toString())
    assert.deepEqual(await framesOf(together), await framesOf(single))
    assert.deepEqual(reasons(together).sort(), reasons(single).sort())
    assert.ok(one.frameCount > 0)
  }
})

test('a clean restart continues the chain; a crash begins a new one under a new client id', async () => {
  const family = createFamily(1)
  const device = startDevice(family, 0)
  const doc = await device.replica.open(DOC)
  doc.ydoc.getText('t').insert(0, 'one')
  await doc.durable()
  await device.replica.close()
  const second = await startDevice(family, 0, { disk: device.disk }).replica.open(DOC)
  assert.equal(second.chain, doc.chain)
  assert.equal(second.ydoc.clientID, doc.ydoc.clientID)
  second.ydoc.getText('t').insert(3, ' two')
  await second.durable()
  const third = await startDevice(family, 0, { disk: device.disk.afterPowerCut(() => 0) }).replica.open(DOC)
  assert.equal(third.ydoc.getText('t').toJSON(), 'one two')
  assert.notEqual(third.chain, second.chain)
  assert.notEqual(third.ydoc.clientID, second.ydoc.clientID)
})

test('after a power cut at any byte everything acknowledged is there', async () => {
  const family = createFamily(1)
  const device = startDevice(family, 0)
  const doc = await device.replica.open(DOC)
  for (let i = 0; i < 5; i++) {
    doc.ydoc.getArray('a').push([i])
    await doc.durable()
  }
  doc.ydoc.getArray('a').push(['not acknowledged'])
  await Promise.resolve()
  await new Promise((resolve) => setImmediate(resolve))
  for (let cut = 0; cut < 300; cut += 7) {
    const left = startDevice(family, 0, { disk: device.disk.afterPowerCut((unsynced) => Math.min(unsynced, cut)) })
    const values = (await left.replica.open(DOC)).ydoc.getArray('a').toJSON()
    assert.deepEqual(values.slice(0, 5), [0, 1, 2, 3, 4])
  }
})

test('a full disk acknowledges nothing, keeps what it has, and the edit is saved once there is room', async () => {
  const family = createFamily(1)
  const device = startDevice(family, 0, { disk: new MemoryDisk() })
  const doc = await device.replica.open(DOC)
  doc.ydoc.getMap('m').set('a', 1)
  await doc.durable()
  device.disk.freeBytes = 5
  doc.ydoc.getMap('m').set('b', 2)
  await assert.rejects(doc.durable(), { code: 'disk-full' })
  assert.equal(device.incidents.at(-1)?.kind, 'not-saved')
  device.disk.freeBytes = 1e6
  doc.ydoc.getMap('m').set('c', 3)
  await doc.durable()
  const again = await startDevice(family, 0, { disk: device.disk.afterPowerCut(() => 0) }).replica.open(DOC)
  assert.deepEqual(again.ydoc.getMap('m').toJSON(), { a: 1, b: 2, c: 3 })
})

test('frames that come in the wrong order wait for each other', async () => {
  const family = createFamily(2)
  const author = startDevice(family, 0)
  const doc = await author.replica.open(DOC)
  for (let i = 0; i < 20; i++) {
    doc.ydoc.getArray('a').push([i])
    await doc.durable()
  }
  const reader = startDevice(family, 1)
  const copy = await reader.replica.open(DOC)
  for (const frame of family.dice.shuffle(await framesOf(author))) await copy.admit(frame, 'peer')
  assert.deepEqual(copy.ydoc.getArray('a').toJSON(), doc.ydoc.getArray('a').toJSON())
  assert.deepEqual(reader.incidents, [])
  assert.deepEqual(copy.gaps(), [])
})

test('an update that leans on another author waits for it and is never refused', async () => {
  const family = createFamily(3)
  const first = startDevice(family, 0)
  const second = startDevice(family, 1)
  const one = await first.replica.open(DOC)
  const two = await second.replica.open(DOC)
  one.ydoc.getText('t').insert(0, 'base')
  await one.durable()
  const [base] = await framesOf(first)
  await two.admit(base ?? new Uint8Array(), 'peer')
  two.ydoc.getText('t').insert(2, '-')
  await two.durable()
  const leaning = (await framesOf(second)).at(-1)
  const third = startDevice(family, 2)
  const three = await third.replica.open(DOC)
  await three.admit(leaning ?? new Uint8Array(), 'peer')
  assert.equal(three.ydoc.getText('t').toJSON(), '')
  await three.admit(base ?? new Uint8Array(), 'peer')
  assert.equal(three.ydoc.getText('t').toJSON(), 'ba-se')
  assert.deepEqual(third.incidents, [])
})

test('every kind of bad frame is refused by name and changes nothing', async () => {
  const family = createFamily(2)
  const stranger = createFamily(1, 77)
  const reader = startDevice(family, 1)
  const doc = await reader.replica.open(DOC)
  const mine = ownClient(family, 0)
  const good = updateBy(mine, (y) => y.getMap('m').set('k', 1))
  const bad: readonly (readonly [string, Uint8Array])[] = [
    ['bad-form', new Uint8Array(10)],
    ['unknown-document', forge(family, 0, good, { docId: idFromBytes('DocId', new Uint8Array(16)) }).bytes],
    ['unknown-device', forge(stranger, 0, good).bytes],
    ['no-epoch-key', forge(family, 0, good, { epochId: idFromBytes('EpochId', new Uint8Array(8)) }).bytes],
    ['misplaced-snapshot', forge(family, 0, good, { type: 'snapshot' }).bytes],
    ['bad-signature', forge(family, 0, good).bytes.map((byte, i, all) => (i === all.length - 1 ? byte ^ 1 : byte))],
    ['bad-update', forge(family, 0, Uint8Array.of(9, 9, 9)).bytes],
    [
      'foreign-client-id',
      forge(
        family,
        0,
        updateBy(1234, (y) => y.getMap('m').set('k', 1)),
      ).bytes,
    ],
    [
      'foreign-client-id',
      forge(
        family,
        0,
        updateBy(ownClient(family, 1), (y) => y.getMap('m').set('k', 1)),
      ).bytes,
    ],
    ['clock-not-continued', forge(family, 0, gapped(mine)).bytes],
  ]
  for (const [reason, bytes] of bad) {
    await doc.admit(bytes, 'peer')
    assert.equal(reasons(reader).at(-1), reason)
  }
  assert.equal(reader.incidents.length, bad.length)
  assert.deepEqual(doc.ydoc.getMap('m').toJSON(), {})
  assert.equal(doc.frameCount, 0)
  await doc.admit(forge(family, 0, good).bytes, 'peer')
  assert.deepEqual(doc.ydoc.getMap('m').toJSON(), { k: 1 })
})

/** An update that leaves out the author's first edit. */
function gapped(client: number): Uint8Array {
  const doc = new Y.Doc()
  doc.clientID = client
  doc.getMap('m').set('a', 1)
  const before = Y.encodeStateVector(doc)
  doc.getMap('m').set('b', 2)
  return Y.encodeStateAsUpdate(doc, before)
}

test('two frames for one place convict the chain, also after a restart, and nobody else', async () => {
  const family = createFamily(3)
  const reader = startDevice(family, 1)
  const doc = await reader.replica.open(DOC)
  const client = ownClient(family, 0)
  const first = updateBy(client, (y) => y.getMap('m').set('k', 'first'))
  const one = forge(family, 0, first)
  const other = forge(
    family,
    0,
    updateBy(client, (y) => y.getMap('m').set('k', 'other')),
  )
  const next = forge(
    family,
    0,
    updateBy(client, (y) => y.getMap('m').set('k', 'next'), first),
    { seq: 2, prev: one.frameId },
  )
  await doc.admit(one.bytes, 'peer')
  await doc.admit(other.bytes, 'peer')
  await new Promise((resolve) => setImmediate(resolve))
  const frozen = reader.incidents.find((incident) => incident.kind === 'chain-frozen')
  assert.deepEqual(frozen?.proof, [one.bytes, other.bytes])
  await doc.admit(next.bytes, 'peer')
  assert.equal(reasons(reader).at(-1), 'frozen')
  await doc.durable()
  await reader.replica.close()
  const again = startDevice(family, 1, { disk: reader.disk })
  const loaded = await again.replica.open(DOC)
  await loaded.admit(next.bytes, 'peer')
  assert.deepEqual(reasons(again), ['frozen'])
  await loaded.admit(
    forge(
      family,
      2,
      updateBy(ownClient(family, 2), (y) => y.getMap('m').set('theirs', 1)),
    ).bytes,
    'peer',
  )
  assert.equal(loaded.ydoc.getMap('m').get('theirs'), 1)
})

test('a wrong predecessor is refused and the right one still gets in', async () => {
  const family = createFamily(2)
  const reader = startDevice(family, 1)
  const doc = await reader.replica.open(DOC)
  const client = ownClient(family, 0)
  const first = updateBy(client, (y) => y.getMap('m').set('k', 1))
  const one = forge(family, 0, first)
  const update = updateBy(client, (y) => y.getMap('m').set('k', 2), first)
  await doc.admit(one.bytes, 'peer')
  await doc.admit(
    forge(family, 0, update, { seq: 2, prev: idFromBytes('Hash', new Uint8Array(32).fill(1)) }).bytes,
    'peer',
  )
  assert.deepEqual(reasons(reader), ['bad-chain'])
  await doc.admit(forge(family, 0, update, { seq: 2, prev: one.frameId }).bytes, 'peer')
  assert.equal(doc.ydoc.getMap('m').get('k'), 2)
})

test('frames of a revoked chain are taken up to its cut and not past it', async () => {
  const family = createFamily(2)
  const reader = startDevice(family, 1)
  const doc = await reader.replica.open(DOC)
  const client = ownClient(family, 0)
  family.cuts.set(chainKey(family.identities[0]?.deviceId ?? ('' as DeviceId), LIFE), 1)
  const first = updateBy(client, (y) => y.getMap('m').set('k', 1))
  const one = forge(family, 0, first)
  await doc.admit(one.bytes, 'peer')
  await doc.admit(
    forge(
      family,
      0,
      updateBy(client, (y) => y.getMap('m').set('k', 2), first),
      { seq: 2, prev: one.frameId },
    ).bytes,
    'peer',
  )
  assert.equal(doc.ydoc.getMap('m').get('k'), 1)
  assert.deepEqual(reasons(reader), ['past-cut'])
})

test('a burst is flushed in frames of at most 64 KiB and one edit too large is refused without losing the rest', async () => {
  const family = createFamily(1)
  const device = startDevice(family, 0)
  const doc = await device.replica.open(DOC)
  for (let i = 0; i < 40; i++) doc.ydoc.getArray('a').push(['x'.repeat(10_000)])
  await doc.durable()
  const frames = await framesOf(device)
  assert.ok(frames.length > 5 && frames.length < 12)
  for (const frame of frames) assert.ok(parseFrame(frame).ok && frame.length < 80_000)
  doc.ydoc.getArray('a').push(['y'.repeat(1_000_000)])
  await assert.rejects(doc.durable(), { code: 'edit-too-large' })
})

test('a tower of shared types is refused at the floor that is too high, however slowly it grows', async () => {
  const family = createFamily(2)
  const reader = startDevice(family, 1)
  const doc = await reader.replica.open(DOC)
  const client = ownClient(family, 0)
  const tower = new Y.Doc()
  tower.clientID = client
  let top: Y.Map<unknown> = tower.getMap('m')
  let prev = NO_FRAME
  for (let seq = 1; seq <= LIMITS.yjsMaxNesting + 1; seq++) {
    const before = Y.encodeStateVector(tower)
    const floor = new Y.Map<unknown>()
    top.set('k', floor)
    top = floor
    const { bytes, frameId } = forge(family, 0, Y.encodeStateAsUpdate(tower, before), { seq, prev })
    prev = frameId
    await doc.admit(bytes, 'peer')
  }
  assert.equal(doc.frameCount, LIMITS.yjsMaxNesting + 1)
  const before = Y.encodeStateVector(tower)
  top.set('k', new Y.Map())
  const seq = LIMITS.yjsMaxNesting + 2
  await doc.admit(forge(family, 0, Y.encodeStateAsUpdate(tower, before), { seq, prev }).bytes, 'peer')
  assert.deepEqual(reasons(reader), ['bad-update'])
  doc.ydoc.getMap('m').delete('k')
  await doc.durable()
})

test('an edit that nests deeper than readers take is refused to its maker', async () => {
  const family = createFamily(2)
  const device = startDevice(family, 0)
  const doc = await device.replica.open(DOC)
  let top: Y.Map<unknown> = doc.ydoc.getMap('m')
  for (let floor = 0; floor < LIMITS.yjsMaxNesting + 1; floor++) {
    const next = new Y.Map<unknown>()
    top.set('k', next)
    top = next
    if (floor % 8 === 0) await doc.durable()
  }
  await doc.durable()
  top.set('k', new Y.Map())
  await assert.rejects(doc.durable(), { code: 'edit-too-large' })
})

test('a frame that comes again costs little more than reading it', async () => {
  const family = createFamily(2)
  const writer = startDevice(family, 0)
  const written = await writer.replica.open(DOC)
  for (let i = 0; i < 40; i++) {
    written.ydoc.getArray('a').push(['x'.repeat(20_000)])
    await written.durable()
  }
  const frames = await framesOf(writer)
  const reader = startDevice(family, 1)
  const doc = await reader.replica.open(DOC)
  for (const frame of frames) await doc.admit(frame, 'peer')
  const before = reader.disk.readBytes
  for (const frame of frames) await doc.admit(frame, 'peer')
  assert.ok(reader.disk.readBytes - before < 2 * 40 * 21_000)
})

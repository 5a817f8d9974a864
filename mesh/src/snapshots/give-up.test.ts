import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAeadKey, createNonceSource } from '@cloudos/crypto/aead'
import { docKeyFrom } from '@cloudos/crypto/derive'
import { sealFrame } from '@cloudos/crypto/sealed-frame'
import type { Dice } from '@cloudos/crypto/testing/seeded'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { parseFrame } from '@cloudos/protocol/frame'
import type { ParsedFrame } from '@cloudos/protocol/frame'
import * as Y from 'yjs'
import type { MadeSnapshot, SealedDoc } from '../sealed-doc.ts'
import { drawEdit } from '../testing/drawn-edits.ts'
import { createFamily, DOC, startDevice } from '../testing/family.ts'
import type { Device, Family } from '../testing/family.ts'
import { MemoryDisk } from '../testing/memory-disk.ts'
import { MemoryNetwork } from '../testing/memory-net.ts'
import { hashState } from './canonical-state.ts'

/** Much is written and most of it overwritten: frames weigh more than the state. */
async function drawPages(doc: SealedDoc, dice: Dice): Promise<void> {
  for (let page = 0; page < 25; page++) {
    doc.ydoc.getMap('pages').set(String(dice.below(3)), 'page '.repeat(800))
    for (let edits = dice.below(6); edits > 0; edits--) drawEdit(doc.ydoc, dice)
    await doc.durable()
  }
}

async function madeOf(doc: SealedDoc): Promise<MadeSnapshot> {
  const made = await doc.snapshot()
  assert.ok(made)
  assert.ok((await doc.judge(made.parts)).ok)
  return made
}

function stateOf({ ydoc }: SealedDoc): unknown {
  const hashes = hashState(ydoc)
  assert.ok(hashes)
  return hashes
}

function tipsOf(doc: SealedDoc): unknown {
  return [...doc.heads()].sort(([a], [b]) => (a < b ? -1 : 1))
}

function kinds(...devices: readonly Device[]): string[] {
  return devices.flatMap(({ incidents }) => incidents.map(({ kind }) => kind))
}

async function bytesOf(doc: SealedDoc): Promise<number> {
  let sum = 0
  for await (const { frame } of doc.scan(0)) sum += frame.length
  return sum
}

test('a log that gave up frames reads the same, goes on with its chain, and what was away comes back from it', async () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const family = createFamily(4, seed)
    const { dice } = family
    const network = new MemoryNetwork()
    const [one, two, away, fresh] = [0, 1, 2, 3].map((at) => startDevice(family, at, { network }))
    assert.ok(one && two && away && fresh)
    const docs = await Promise.all([one, two, away, fresh].map(({ replica }) => replica.open(DOC)))
    const [doc, other, awayDoc, freshDoc] = docs
    assert.ok(doc && other && awayDoc && freshDoc)
    await drawPages(doc, dice)
    await one.replica.connect(network.join(one.peerId), away.peerId)
    await network.settle()
    network.cut(one.peerId, away.peerId)
    awayDoc.ydoc.getMap('away').set('edit', 'kept')
    awayDoc.ydoc.getText('t').insert(0, 'away ')
    await awayDoc.durable()
    await one.replica.connect(network.join(one.peerId), two.peerId)
    await drawPages(doc, dice)
    await drawPages(other, dice)
    await network.settle()
    const made = await madeOf(doc)
    for (let edits = 0; edits < 9; edits++) drawEdit(other.ydoc, dice)
    await network.settle()
    const [before, state, tips] = [await bytesOf(doc), stateOf(doc), tipsOf(doc)]
    assert.ok((await doc.giveUp(made.parts)) > 64 * 1024, `seed ${String(seed)}`)
    assert.ok((await bytesOf(doc)) < before / 2)
    assert.deepEqual([stateOf(doc), tipsOf(doc)], [state, tips])
    assert.equal(await doc.giveUp(made.parts), 0, 'it stands on it already')
    doc.ydoc.getMap('m').set('after', seed)
    await network.settle()
    assert.deepEqual(stateOf(other), stateOf(doc))
    await one.replica.connect(network.join(one.peerId), away.peerId)
    await one.replica.connect(network.join(one.peerId), fresh.peerId)
    await network.settle()
    for (const late of [awayDoc, freshDoc]) assert.deepEqual(stateOf(late), stateOf(doc), `seed ${String(seed)}`)
    assert.equal(doc.ydoc.getMap('away').get('edit'), 'kept')
    const [then, chain] = [[stateOf(doc), tipsOf(doc)], doc.chain]
    for (const { replica } of [one, two, away, fresh]) await replica.close()
    const again = startDevice(family, 0, { disk: one.disk })
    const reopened = await again.replica.open(DOC)
    assert.deepEqual([stateOf(reopened), tipsOf(reopened)], then)
    assert.equal(reopened.chain, chain, 'its chain goes on')
    reopened.ydoc.getMap('m').set('after', 'a restart')
    const next = await madeOf(reopened)
    assert.deepEqual((await reopened.judge(next.parts)).ok, true)
    await again.replica.close()
    assert.deepEqual(kinds(one, two, away, fresh, again), [])
  }
})

/** A disk that is copied before each thing that changes it. */
function watched(disk: MemoryDisk, copies: MemoryDisk[]): MemoryDisk {
  return new Proxy(disk, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...given: readonly unknown[]): unknown => {
        if (name !== 'peek' && name !== 'copy') copies.push(target.copy('machine-0'))
        return Reflect.apply(member, target, given)
      }
    },
  })
}

test('cut off between any two steps of giving up frames the log opens to all that was acknowledged', async () => {
  const family = createFamily(1, 7)
  const copies: MemoryDisk[] = []
  const disk = new MemoryDisk('machine-0')
  const device = startDevice(family, 0, { disk: watched(disk, copies) })
  const doc = await device.replica.open(DOC)
  await drawPages(doc, family.dice)
  const made = await madeOf(doc)
  const state = stateOf(doc)
  copies.length = 0
  assert.ok((await doc.giveUp(made.parts)) > 0)
  await doc.durable()
  copies.push(disk.copy('machine-0'))
  assert.ok(copies.length >= 4, String(copies.length))
  for (const copy of copies) {
    const again = startDevice(family, 0, { disk: copy })
    const opened = await again.replica.open(DOC)
    assert.deepEqual(stateOf(opened), state)
    assert.notEqual(opened.chain, doc.chain)
    opened.ydoc.getMap('m').set('after', 'all')
    await again.replica.close()
    const last = startDevice(family, 0, { disk: copy })
    assert.deepEqual(stateOf(await last.replica.open(DOC)), stateOf(opened))
    await last.replica.close()
    assert.deepEqual(kinds(again, last), [])
  }
  await device.replica.close()
})

test('what is written while frames are given up is acknowledged once it is in the log that stays', async () => {
  const family = createFamily(1, 8)
  const device = startDevice(family, 0)
  const doc = await device.replica.open(DOC)
  await drawPages(doc, family.dice)
  const made = await madeOf(doc)
  let isDone = false
  const givingUp = doc.giveUp(made.parts).finally(() => {
    isDone = true
  })
  const acknowledged: number[] = []
  for (let edit = 0; !isDone || edit < 3; edit++) {
    doc.ydoc.getArray<number>('written').push([edit])
    await doc.durable()
    acknowledged.push(edit)
    const left = startDevice(family, 0, { disk: device.disk.afterPowerCut(() => 0) })
    const read = await left.replica.open(DOC)
    assert.deepEqual(read.ydoc.getArray<number>('written').toArray(), acknowledged)
    await left.replica.close()
  }
  assert.ok((await givingUp) > 0)
  await device.replica.close()
  assert.deepEqual(kinds(device), [])
})

test('a disk that is full leaves the log as it was', async () => {
  const family = createFamily(1, 9)
  const device = startDevice(family, 0)
  const doc = await device.replica.open(DOC)
  await drawPages(doc, family.dice)
  const made = await madeOf(doc)
  const [state, bytes] = [stateOf(doc), await bytesOf(doc)]
  const { disk } = device
  const write = disk.writeFile.bind(disk)
  disk.writeFile = () => Promise.reject(new CloudError('disk-full', 'The disk is full.'))
  await assert.rejects(doc.giveUp(made.parts), { code: 'disk-full' })
  disk.writeFile = write
  assert.deepEqual([stateOf(doc), await bytesOf(doc)], [state, bytes])
  doc.ydoc.getMap('m').set('after', 'it goes on')
  await doc.durable()
  assert.ok((await doc.giveUp(made.parts)) > 0)
  await device.replica.close()
})

test('where a chain was frozen nothing is given up: the proof is in the log', async () => {
  const family = createFamily(2, 10)
  const [liar, device] = [startDevice(family, 0), startDevice(family, 1)]
  const [lying, doc] = [await liar.replica.open(DOC), await device.replica.open(DOC)]
  lying.ydoc.getMap('m').set('k', 'first')
  await lying.durable()
  for await (const { frame } of lying.scan(0)) {
    const first = parseFrame(frame.slice())
    assert.ok(first.ok)
    await doc.admit(first.value.bytes, 'peer')
    await doc.admit(otherThan(family, first.value, lying.ydoc.clientID), 'peer')
  }
  await drawPages(doc, family.dice)
  assert.ok(kinds(device).includes('chain-frozen'))
  const made = await madeOf(doc)
  assert.equal(await doc.giveUp(made.parts), 0)
  for (const { replica } of [liar, device]) await replica.close()
})

/** Another frame in its place, by the same device. */
function otherThan(family: Family, { header }: ParsedFrame, client: number): Uint8Array {
  const [identity] = family.identities
  const epochKey = family.membership.epochKey(header.epochId)
  assert.ok(identity && epochKey)
  const ydoc = new Y.Doc()
  ydoc.clientID = client
  ydoc.getMap('m').set('k', 'other')
  const sealed = sealFrame({
    header,
    updates: Y.encodeStateAsUpdate(ydoc),
    key: createAeadKey(docKeyFrom(epochKey, DOC, header.epochId)),
    nonces: createNonceSource(family.dice),
    signer: identity.signer,
  })
  assert.ok(!(sealed instanceof Promise))
  return sealed.bytes
}

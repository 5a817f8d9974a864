import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { idFromBytes } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import { createFamily, DOC, instantClock, peerIdOf, startDevice } from './testing/family.ts'
import type { Device, Family } from './testing/family.ts'
import { MemoryDisk } from './testing/memory-disk.ts'
import { MemoryNetwork } from './testing/memory-net.ts'
import { SYNC_PROTOCOL } from './replica.ts'
import { encodeSyncMessage } from './sync-messages.ts'
import type { SealedDoc } from './sealed-doc.ts'

interface Mesh {
  readonly network: MemoryNetwork
  readonly family: Family
  readonly devices: Device[]
  readonly docs: SealedDoc[]
}

async function startMesh(size: number, seed = 1): Promise<Mesh> {
  const network = new MemoryNetwork()
  const family = createFamily(size, seed)
  const devices = family.identities.map((_, at) => startDevice(family, at, { network }))
  const docs = await Promise.all(devices.map(({ replica }) => replica.open(DOC)))
  return { network, family, devices, docs }
}

/** Where a frame's incarnation stands: after 'CU', version, type, document, epoch and device. */
const INCARNATION_AT = 4 + 16 + 8 + 16

async function frameOf(mesh: Mesh, at: number): Promise<Uint8Array> {
  mesh.docs[at]?.ydoc.getMap('m').set('k', 'v')
  await mesh.docs[at]?.durable()
  for await (const { frame } of mesh.docs[at]?.scan(0) ?? []) return frame.slice()
  throw new RangeError('nothing was written')
}

async function link(mesh: Mesh, from: number, to: number): Promise<void> {
  const [a, b] = [mesh.devices[from], mesh.devices[to]]
  if (a === undefined || b === undefined) throw new RangeError()
  await a.replica.connect(mesh.network.join(a.peerId), b.peerId)
}

function states(mesh: Mesh): unknown[] {
  return mesh.docs.map(({ ydoc }) => [ydoc.getMap('m').toJSON(), ydoc.getText('t').toJSON()])
}

function assertEqualStates(mesh: Mesh): void {
  const [first, ...rest] = states(mesh)
  for (const state of rest) assert.deepEqual(state, first)
}

test('what each had before they met, and what each writes after, reaches both', async () => {
  const mesh = await startMesh(2)
  mesh.docs[0]?.ydoc.getMap('m').set('from', 'a')
  mesh.docs[1]?.ydoc.getText('t').insert(0, 'b was here')
  await link(mesh, 0, 1)
  await mesh.network.settle()
  assertEqualStates(mesh)
  mesh.docs[1]?.ydoc.getMap('m').set('later', 'b')
  await mesh.network.settle()
  assert.deepEqual(mesh.docs[0]?.ydoc.getMap('m').toJSON(), { from: 'a', later: 'b' })
  assert.deepEqual(
    mesh.devices.flatMap(({ incidents }) => incidents),
    [],
  )
})

test('an edit passes through a device in the middle and is not sent back', async () => {
  const mesh = await startMesh(3)
  await link(mesh, 0, 1)
  await link(mesh, 1, 2)
  await mesh.network.settle()
  const before = mesh.network.seen.length
  mesh.docs[0]?.ydoc.getMap('m').set('k', 'v')
  await mesh.network.settle()
  assertEqualStates(mesh)
  const frames = mesh.network.seen.slice(before).filter((message) => message[0] === 2)
  assert.equal(frames.length, 2)
})

test('no plaintext crosses the network', async () => {
  const mesh = await startMesh(2)
  await link(mesh, 0, 1)
  mesh.docs[0]?.ydoc.getMap('m').set('canary-key', 'canary-value')
  await mesh.network.settle()
  assert.equal(mesh.docs[1]?.ydoc.getMap('m').get('canary-key'), 'canary-value')
  for (const message of mesh.network.seen) assert.ok(!new TextDecoder('latin1').decode(message).includes('canary'))
})

test('a stranger is let go before it hears anything', async () => {
  const mesh = await startMesh(1)
  const outsider = createFamily(1, 5)
  const stranger = startDevice(outsider, 0, { network: mesh.network })
  mesh.docs[0]?.ydoc.getMap('m').set('k', 'v')
  await mesh.docs[0]?.durable()
  const before = mesh.network.seen.length
  await stranger.replica
    .connect(mesh.network.join(stranger.peerId), mesh.devices[0]?.peerId ?? '')
    .catch(() => undefined)
  await mesh.network.settle()
  assert.equal(mesh.network.seen.length, before)
  assert.deepEqual(mesh.devices[0]?.replica.peers(), [])
})

test('a revoked peer is dropped at once and does not come back', async () => {
  const mesh = await startMesh(2)
  await link(mesh, 0, 1)
  await mesh.network.settle()
  const gone = mesh.family.identities[1]
  if (gone !== undefined) mesh.family.revoked.add(gone.deviceId)
  mesh.devices[0]?.replica.setMembership(mesh.family.membership)
  assert.deepEqual(mesh.devices[0]?.replica.peers(), [])
  mesh.docs[0]?.ydoc.getMap('m').set('after', 'the revocation')
  await link(mesh, 1, 0)
  await mesh.network.settle()
  assert.equal(mesh.docs[1]?.ydoc.getMap('m').has('after'), false)
})

test('a sender learns when its edits are on the other disk', async () => {
  const mesh = await startMesh(2)
  await link(mesh, 0, 1)
  mesh.docs[0]?.ydoc.getMap('m').set('k', 'v')
  await mesh.network.settle()
  const [a, b] = mesh.devices
  const kept = a?.replica.kept(DOC).get(b?.peerId ?? '')
  assert.equal(kept?.get(mesh.docs[0]?.chain ?? ('' as never)), 1)
  assert.equal(
    (
      await startDevice(mesh.family, 1, { disk: b?.disk.afterPowerCut(() => 0) ?? new MemoryDisk() }).replica.open(DOC)
    ).ydoc
      .getMap('m')
      .get('k'),
    'v',
  )
})

test('frames that an accident took from one log come back from the other device', async () => {
  const mesh = await startMesh(2)
  await link(mesh, 0, 1)
  for (let i = 0; i < 10; i++) {
    mesh.docs[0]?.ydoc.getMap('m').set(`k${String(i)}`, i)
    await mesh.docs[0]?.durable()
  }
  await mesh.network.settle()
  await mesh.devices[0]?.replica.close()
  const disk = mesh.devices[0]?.disk ?? new MemoryDisk()
  const log = disk.peek(`${DOC}.log`).slice()
  log[700] = (log[700] ?? 0) ^ 0xff
  disk.overwrite(`${DOC}.log`, log)
  const again = startDevice(mesh.family, 0, { disk, network: mesh.network })
  const doc = await again.replica.open(DOC)
  assert.ok(Object.keys(doc.ydoc.getMap('m').toJSON()).length < 10)
  doc.ydoc.getMap('m').set('new', 'life')
  await again.replica.connect(mesh.network.join(again.peerId), mesh.devices[1]?.peerId ?? '')
  await mesh.network.settle()
  assert.deepEqual(doc.ydoc.getMap('m').toJSON(), mesh.docs[1]?.ydoc.getMap('m').toJSON())
  assert.equal(Object.keys(doc.ydoc.getMap('m').toJSON()).length, 11)
})

test('two copies of one home write two chains, and both stay in step with everybody', async () => {
  const family = createFamily(2)
  const network = new MemoryNetwork()
  const original = startDevice(family, 0)
  const first = await original.replica.open(DOC)
  first.ydoc.getText('t').insert(0, 'shared ')
  await first.durable()
  await original.replica.close()
  const copies = [original.disk, original.disk.copy('machine-2')].map((disk) => startDevice(family, 0, { disk }))
  const hub = startDevice(family, 1, { network })
  await hub.replica.open(DOC)
  for (const [at, copy] of copies.entries()) {
    const doc = await copy.replica.open(DOC)
    doc.ydoc.getMap('m').set(`copy-${String(at)}`, at)
    await doc.durable()
    await copy.replica.connect(network.join(peerIdOf(copy.identity)), hub.peerId)
    await network.settle()
  }
  for (const [at, copy] of copies.entries())
    (await copy.replica.open(DOC)).ydoc.getMap('m').set(`copy-${String(at)}`, 'both are connected')
  await network.settle()
  const expected = { 'copy-0': 'both are connected', 'copy-1': 'both are connected' }
  for (const { replica } of [hub, ...copies])
    assert.deepEqual((await replica.open(DOC)).ydoc.getMap('m').toJSON(), expected)
  assert.deepEqual(hub.incidents, [])
})

test('random edits over random partitions and restarts converge with nothing lost', async () => {
  for (let seed = 1; seed <= 6; seed++) {
    const mesh = await startMesh(4, seed)
    const { dice } = mesh.family
    let written = 0
    for (let step = 0; step < 60; step++) {
      const at = dice.below(4)
      const act = dice.below(10)
      if (act < 6) mesh.docs[at]?.ydoc.getMap('m').set(`w${String(written++)}`, at)
      else if (act < 7) mesh.docs[at]?.ydoc.getText('t').insert(0, String.fromCharCode(97 + dice.below(26)))
      else if (act < 8) await link(mesh, at, (at + 1 + dice.below(3)) % 4)
      else if (act < 9) mesh.network.cut(mesh.devices[at]?.peerId ?? '', mesh.devices[(at + 1) % 4]?.peerId ?? '')
      else await restart(mesh, at)
      if (dice.below(3) === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    for (let from = 0; from < 4; from++) for (let to = 0; to < from; to++) await link(mesh, from, to)
    await mesh.network.settle()
    assertEqualStates(mesh)
    assert.equal(Object.keys(mesh.docs[0]?.ydoc.getMap('m').toJSON() ?? {}).length, written, `seed ${String(seed)}`)
    assert.deepEqual(
      mesh.devices.flatMap(({ incidents }) => incidents),
      [],
    )
    for (const { replica } of mesh.devices) await replica.close()
  }
})

/** Half of the restarts lose power instead of closing; only acknowledged edits have to survive that. */
async function restart(mesh: Mesh, at: number): Promise<void> {
  const device = mesh.devices[at]
  await mesh.docs[at]?.durable()
  const crash = mesh.family.dice.below(2) === 0
  const disk = crash ? device?.disk.afterPowerCut((unsynced) => mesh.family.dice.below(unsynced + 1)) : device?.disk
  await device?.replica.close()
  const next = startDevice(mesh.family, at, { disk: disk ?? new MemoryDisk(), network: mesh.network })
  mesh.devices[at] = next
  mesh.docs[at] = await next.replica.open(DOC)
}

test('closing twice is harmless, and a closed replica opens nothing', async () => {
  const mesh = await startMesh(1)
  const replica = mesh.devices[0]?.replica
  await Promise.all([replica?.close(), replica?.close()])
  await assert.rejects(replica?.open('0'.repeat(32) as never) ?? Promise.resolve(), { code: 'closed' })
  assert.equal(instantClock.nowMs(), 1_000_000)
})

test('a flood is held back while signatures are verified slowly, and all of it arrives', async () => {
  const mesh = await startMesh(2)
  const [a, b] = mesh.devices
  const doc = mesh.docs[1]
  if (a === undefined || b === undefined || doc === undefined) throw new RangeError()
  let unjudged = 0
  let most = 0
  const admit = doc.admit.bind(doc)
  // A browser verifies asynchronously; Node does not, so the wait is put in front of it.
  doc.admit = (bytes, from) => {
    unjudged += bytes.length
    most = Math.max(most, unjudged)
    return new Promise((resolve) => setImmediate(resolve)).then(() => {
      unjudged -= bytes.length
      return admit(bytes, from)
    })
  }
  for (let i = 0; i < 120; i++) {
    mesh.docs[0]?.ydoc.getArray('a').push(['x'.repeat(60_000)])
    await mesh.docs[0]?.durable()
  }
  await link(mesh, 0, 1)
  await mesh.network.settle()
  assert.equal(doc.ydoc.getArray('a').length, 120)
  assert.ok(most < 4 * 1024 * 1024, `${String(most)} bytes were held at once`)
})

test('frames that somebody forges do not use up the chains a document may have', async () => {
  const mesh = await startMesh(2)
  const forged = await frameOf(mesh, 1)
  for (let incarnation = 0; incarnation < LIMITS.chainsPerDoc; incarnation++) {
    const bytes = forged.slice()
    new DataView(bytes.buffer).setUint32(INCARNATION_AT, incarnation)
    await mesh.docs[0]?.admit(bytes, 'somebody')
  }
  mesh.docs[1]?.ydoc.getMap('m').set('k', 'genuine')
  await link(mesh, 0, 1)
  await mesh.network.settle()
  assert.equal(mesh.docs[0]?.ydoc.getMap('m').get('k'), 'genuine')
})

test('what a peer claims to keep of documents that nobody shares is not remembered', async () => {
  const mesh = await startMesh(2)
  const [a, b] = mesh.devices
  if (a === undefined || b === undefined) throw new RangeError()
  const channel = await mesh.network.join(b.peerId).open(a.peerId, SYNC_PROTOCOL)
  const elsewhere = idFromBytes('DocId', new Uint8Array(16).fill(9))
  channel.send(encodeSyncMessage({ kind: 'kept', docId: elsewhere, seqs: new Map() }))
  await mesh.network.settle()
  assert.equal(a.replica.kept(elsewhere).size, 0)
})

test('a document that cannot be opened is told of, and costs a peer nothing else', async () => {
  const family = createFamily(2)
  const network = new MemoryNetwork()
  const full = new MemoryDisk()
  full.openAppend = () => Promise.reject(new CloudError('disk-full', 'The disk is full.'))
  const a = startDevice(family, 0, { network, disk: full })
  const b = startDevice(family, 1, { network })
  await b.replica.open(DOC)
  await b.replica.connect(network.join(b.peerId), a.peerId)
  await network.settle()
  assert.deepEqual(
    a.incidents.map(({ kind }) => kind),
    ['not-saved'],
  )
  assert.deepEqual(a.replica.peers(), [b.peerId])
})

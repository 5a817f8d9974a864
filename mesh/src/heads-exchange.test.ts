import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashId } from '@cloudos/crypto/hash'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { NO_FRAME } from '@cloudos/protocol/frame'
import type { Hash } from '@cloudos/protocol/ids'
import { SightingsBook } from './copy/sightings-book.ts'
import type { HeadsMemory } from './heads-book.ts'
import { startHeadsExchange } from './heads-exchange.ts'
import type { HeadsExchange } from './heads-exchange.ts'
import { createFamily, DOC, instantClock, startDevice } from './testing/family.ts'
import type { Device, Family } from './testing/family.ts'
import type { MemoryDisk } from './testing/memory-disk.ts'
import { MemoryNetwork } from './testing/memory-net.ts'
import { sightingsMemoryOf } from './testing/profiles.ts'

interface Party {
  readonly device: Device
  readonly exchange: HeadsExchange
  readonly entries: Map<Hash, Uint8Array>
}

function memoryOf(saved: Map<string, Uint8Array>): HeadsMemory {
  return {
    load: () => Promise.resolve([...saved.values()]),
    save: (deviceId, docId, signed) => {
      saved.set(deviceId + docId, signed.slice())
      return Promise.resolve()
    },
  }
}

async function startParty(
  family: Family,
  at: number,
  network: MemoryNetwork,
  options: { disk?: MemoryDisk; saved?: Map<string, Uint8Array>; entries?: readonly Uint8Array[] } = {},
): Promise<Party> {
  const device = startDevice(family, at, { network, ...(options.disk === undefined ? {} : { disk: options.disk }) })
  await device.replica.open(DOC)
  const entries = new Map((options.entries ?? []).map((entry) => [hashId(entry), entry]))
  const sightings = await SightingsBook.open({
    identity: device.identity,
    membership: () => device.replica.membership,
    memory: sightingsMemoryOf(new Map()),
    clock: instantClock,
  })
  const exchange = await startHeadsExchange({
    replica: device.replica,
    identity: device.identity,
    authority: {
      entries: () => entries,
      take: (more) => {
        for (const entry of more) entries.set(hashId(entry), entry)
        return Promise.resolve()
      },
      tip: () => NO_FRAME,
    },
    memory: memoryOf(options.saved ?? new Map<string, Uint8Array>()),
    sightings,
    clock: {
      ...instantClock,
      sleep: (_ms, signal) =>
        new Promise((resolve) =>
          signal?.addEventListener('abort', () => {
            resolve()
          }),
        ),
    },
    onIncident: (incident) => device.incidents.push(incident),
  })
  exchange.attach(network.join(device.peerId))
  return { device, exchange, entries }
}

async function meet(network: MemoryNetwork, a: Party, b: Party): Promise<void> {
  await a.exchange.connect(network.join(a.device.peerId), b.device.peerId)
  await a.device.replica.connect(network.join(a.device.peerId), b.device.peerId)
  await network.settle()
}

function kinds(party: Party): string[] {
  return party.device.incidents.map(({ kind }) => kind)
}

test('two devices end up with the union of their authority logs, however large', async () => {
  const network = new MemoryNetwork()
  const family = createFamily(2)
  const some = Array.from({ length: 40 }, () => family.dice.bytes(20_000))
  const a = await startParty(family, 0, network, { entries: some.slice(0, 30) })
  const b = await startParty(family, 1, network, { entries: some.slice(20) })
  await meet(network, a, b)
  assert.equal(a.entries.size, 40)
  assert.deepEqual([...a.entries.keys()].sort(), [...b.entries.keys()].sort())
})

test('a device that shows less than it has signed before raises the alarm on the others', async () => {
  const network = new MemoryNetwork()
  const family = createFamily(2)
  const saved = new Map<string, Uint8Array>()
  const watcher = await startParty(family, 0, network, { saved })
  const author = await startParty(family, 1, network)
  const doc = await author.device.replica.open(DOC)
  const old = author.device.disk.copy('machine-1')
  doc.ydoc.getMap('m').set('k', 1)
  await doc.durable()
  await meet(network, author, watcher)
  assert.deepEqual(kinds(watcher), [])
  author.exchange.close()
  await author.device.replica.close()
  const restored = await startParty(family, 1, network, { disk: old })
  await restored.exchange.connect(network.join(restored.device.peerId), watcher.device.peerId)
  await network.settle()
  assert.deepEqual(kinds(watcher), ['rollback'])
  watcher.exchange.close()
  const again = await startParty(family, 0, network, { saved })
  await restored.exchange.connect(network.join(restored.device.peerId), again.device.peerId)
  await network.settle()
  assert.deepEqual(kinds(again), ['rollback'], 'also after a restart of the watcher')
})

test('the same place of a chain under two ids is a fork at first contact', async () => {
  const network = new MemoryNetwork()
  const family = createFamily(3)
  const seed = await startParty(family, 2, new MemoryNetwork())
  const first = await seed.device.replica.open(DOC)
  first.ydoc.getMap('m').set('k', 0)
  await first.durable()
  await seed.device.replica.close()
  // The same machine twice over, as after a snapshot of a virtual machine is resumed two times: both go on with one chain.
  const twins = await Promise.all([0, 1].map((at) => startParty(family, at, network)))
  const resumed = [seed.device.disk, seed.device.disk.afterPowerCut(() => 0)].map((disk) =>
    startDevice(family, 2, { disk }),
  )
  for (const [at, twin] of resumed.entries()) {
    const doc = await twin.replica.open(DOC)
    assert.equal(doc.chain, first.chain)
    doc.ydoc.getMap('m').set('k', at + 1)
    await doc.durable()
    const reader = await twins[at]?.device.replica.open(DOC)
    for await (const { frame } of doc.scan(0)) await reader?.admit(frame.slice(), 'peer')
  }
  const [left, right] = twins
  if (left === undefined || right === undefined) throw new RangeError()
  await left.exchange.connect(network.join(left.device.peerId), right.device.peerId)
  await network.settle()
  assert.ok(kinds(left).includes('fork') && kinds(right).includes('fork'))
})

test('forged and foreign heads are ignored', async () => {
  const network = new MemoryNetwork()
  const family = createFamily(2)
  const a = await startParty(family, 0, network)
  const b = await startParty(family, 1, network)
  const doc = await b.device.replica.open(DOC)
  doc.ydoc.getMap('m').set('k', 1)
  await doc.durable()
  await meet(network, b, a)
  const heads = network.seen.find((message) => message[1] === 0 && message.length > 150)
  const channel = await network.join(b.device.peerId).open(a.device.peerId, '/cloudos/heads/1')
  for (let at = 10; at < (heads?.length ?? 0); at += 13) {
    const forged = heads?.slice() ?? new Uint8Array()
    forged[at] = (forged[at] ?? 0) ^ 1
    channel.send(forged)
  }
  await network.settle()
  assert.deepEqual(kinds(a), [])
})

test('a document signed twice at once gets one generation at a time', async () => {
  const network = new MemoryNetwork()
  const family = createFamily(2)
  const [a, b] = [await startParty(family, 0, network), await startParty(family, 1, network)]
  const doc = await a.device.replica.open(DOC)
  await meet(network, a, b)
  doc.ydoc.getMap('m').set('k', 1)
  await doc.durable()
  const first = a.exchange.show()
  doc.ydoc.getMap('m').set('k', 2)
  await doc.durable()
  await Promise.all([first, a.exchange.show()])
  await network.settle()
  assert.deepEqual(kinds(b), [])
})

test('a device that is shut out hears why before the door closes', async () => {
  const network = new MemoryNetwork()
  const family = createFamily(2)
  const [a, b] = [await startParty(family, 0, network), await startParty(family, 1, network)]
  await meet(network, a, b)
  const revocation = family.dice.bytes(300)
  a.entries.set(hashId(revocation), revocation)
  family.revoked.add(b.device.identity.deviceId)
  a.exchange.authorityChanged()
  await network.settle()
  assert.deepEqual([...b.entries.values()], [revocation])
})

test('a journal that refuses heads is told of and ends nothing', async () => {
  const network = new MemoryNetwork()
  const family = createFamily(2)
  const saved = new Map<string, Uint8Array>()
  saved.set = () => {
    throw new CloudError('disk-full', 'The disk is full.')
  }
  const [a, b] = [await startParty(family, 0, network, { saved }), await startParty(family, 1, network)]
  await meet(network, a, b)
  assert.ok(kinds(a).includes('not-saved'))
  assert.deepEqual(a.device.replica.peers(), [b.device.peerId])
})

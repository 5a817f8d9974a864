import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { serveCopy } from '@cloudos/mesh/device-copy/serve-copy'
import { COPY_PROTOCOL } from '@cloudos/mesh/device-copy/talk'
import { visitCopy } from '@cloudos/mesh/device-copy/visit-copy'
import { instantClock, peerIdOf } from '@cloudos/mesh/testing/family'
import { MemoryNetwork } from '@cloudos/mesh/testing/memory-net'
import { newDevice } from '@cloudos/mesh/testing/profiles'
import { utf8 } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { BlobStore, Channel, ConnectedBlobStore } from '@cloudos/protocol/ports'
import { createBlobStore } from '@cloudos/storage-adapters/blob-store'
import { createMemoryMedium } from '@cloudos/storage-adapters/memory'
import { createSeededRng } from '@cloudos/storage-adapters/seeded-rng'
import { collect } from '@cloudos/storage-adapters/suite/expect'
import { createShownStore } from '@cloudos/storage-adapters/shown-store'
import { readingSuite } from '@cloudos/storage-adapters/suite/reading'
import { casesInSuite, numbersOf } from '@cloudos/storage-adapters/testing/case-table'

const HEAD = 'profile'
const SECRET = new Uint8Array(16).fill(7)

/** A device that shows what lies in memory, and visits to it. `line` stands between what it says and the visitor. */
function showCopy(line: (channel: Channel) => Channel = (channel) => channel, shown?: (store: BlobStore) => BlobStore) {
  const dice = createDice(1)
  const network = new MemoryNetwork()
  const [device, visitor] = [peerIdOf(newDevice(dice)), peerIdOf(newDevice(dice))]
  const medium = createMemoryMedium()
  const own = createBlobStore(medium)
  const clock = { ...instantClock, sleep: () => new Promise<never>(() => undefined) }
  const signal = new AbortController().signal
  const serve = async (channel: Channel): Promise<void> => {
    const store = shown === undefined ? own : shown(own)
    const openCopy = () => Promise.resolve({ store, [Symbol.asyncDispose]: () => Promise.resolve() })
    const unused = () => Promise.reject(new Error('nobody comes in'))
    const parts = { peerId: device, rng: dice, clock, signal, secret: SECRET, isKnown: false, openCopy }
    try {
      await serveCopy({ ...parts, channel: line(channel), onProved: () => undefined, takeIn: unused })
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
    } finally {
      channel.close()
    }
  }
  network.join(device).handle(COPY_PROTOCOL, (channel) => void serve(channel))
  return {
    headName: HEAD,
    async keep(head: Uint8Array, blobs: readonly Uint8Array[]) {
      const expected = (await own.readHead(HEAD))?.version
      assert.equal(await own.flush({ blobs, head: { name: HEAD, bytes: head, expected }, drop: [] }), 'ok')
    },
    async connect(): Promise<ConnectedBlobStore> {
      const channel = await network.join(visitor).open(device, COPY_PROTOCOL)
      return createShownStore(
        await visitCopy({ channel, peerId: visitor, rng: dice, signal, failureDomain: 'there' }, SECRET),
      )
    },
    damage(name: string, change: (bytes: Uint8Array) => Uint8Array) {
      medium.damage(name, change)
      return Promise.resolve()
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

const cases = readingSuite('device', () => Promise.resolve(showCopy()))
for (const { name, run } of cases) test(name, run)

test('device: the cases that docs/media-cases.md marks are in its suite', () => {
  assert.deepEqual(numbersOf(cases), casesInSuite('device', 1, 60))
})

test('device: nothing is written there from outside, and it names nothing that its head does not', async () => {
  await using device = showCopy()
  await device.keep(utf8('the head'), [utf8('a blob')])
  await using store = await device.connect()
  const version = (await store.readHead(HEAD))?.version
  const head = { name: HEAD, bytes: utf8('another'), expected: version }
  const forbidden = { code: 'medium-forbidden' }
  await assert.rejects(store.casHead(HEAD, utf8('another'), version), forbidden)
  await assert.rejects(store.flush({ blobs: [], head, drop: [] }), forbidden)
  await assert.rejects(store.putBlob(utf8('more')), forbidden)
  await assert.rejects(store.delete(`h/${HEAD}`), forbidden)
  assert.deepEqual(await collect(store.list('')), [])
  assert.deepEqual((await store.readHead(HEAD))?.heads, [utf8('the head')])
})

test('device: a line that breaks at any message hands out whole blobs or says that it broke', async () => {
  const large = createSeededRng(3).bytes(1_300_000)
  let broke = 0
  for (let lastMessage = 1; lastMessage <= 8; lastMessage++) {
    await using device = showCopy((channel) => breaking(channel, lastMessage))
    await device.keep(utf8('the head'), [large])
    const name = (await createBlobStore(createMemoryMedium()).putBlob(large)).name
    const reading = async (): Promise<Uint8Array | undefined> => {
      await using store = await device.connect()
      await store.readHead(HEAD)
      return await store.getBlob(name)
    }
    const read = await reading().catch((cause: unknown) => (cause instanceof CloudError ? cause.code : cause))
    if (read instanceof Uint8Array) assert.deepEqual(read, large)
    else {
      assert.ok(read === 'medium-unreachable' || read === 'code-refused', String(read))
      broke++
    }
  }
  assert.ok(broke >= 5 && broke < 8, `${String(broke)} of 8 broke`)
})

test('device: a blob that comes short or with more than it has is never handed out', async () => {
  const whole = createSeededRng(4).bytes(700_000)
  for (const change of [
    (bytes: Uint8Array) => bytes.subarray(0, 400_000),
    (bytes: Uint8Array) => Uint8Array.of(...bytes.subarray(0, 10)),
  ]) {
    await using device = showCopy(undefined, (own) => ({
      ...own,
      getBlob: async (name) => change((await own.getBlob(name)) ?? assert.fail()),
    }))
    await device.keep(utf8('the head'), [whole])
    await using store = await device.connect()
    const { name } = await createBlobStore(createMemoryMedium()).putBlob(whole)
    await assert.rejects(store.getBlob(name), { code: 'blob-damaged' })
  }
})

/** Ends with the message of that number that this side would say. */
function breaking(channel: Channel, lastMessage: number): Channel {
  let said = 0
  return {
    peerId: channel.peerId,
    send(message) {
      if (++said < lastMessage) return channel.send(message)
      channel.close()
      return true
    },
    drained: (signal) => channel.drained(signal),
    onMessage: (listener) => {
      channel.onMessage(listener)
    },
    onClose: (listener) => {
      channel.onClose(listener)
    },
    pause: () => {
      channel.pause()
    },
    resume: () => {
      channel.resume()
    },
    close: () => {
      channel.close()
    },
  }
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Channel } from '@cloudos/protocol/ports'
import { createBlobStore } from '@cloudos/storage-adapters/blob-store'
import { createMemoryMedium } from '@cloudos/storage-adapters/memory'
import { createSeededRng } from '@cloudos/storage-adapters/seeded-rng'
import { collect } from '@cloudos/storage-adapters/suite/expect'
import { readingSuite } from '@cloudos/storage-adapters/suite/reading'
import type { ReadableUnderTest } from '@cloudos/storage-adapters/suite/reading'
import { casesInSuite, numbersOf } from '@cloudos/storage-adapters/testing/case-table'
import { showCopy } from '../testing/shown-copy.ts'
import type { ShownCopyOptions } from '../testing/shown-copy.ts'

const HEAD = 'profile'

function deviceUnderTest(options?: ShownCopyOptions): ReadableUnderTest {
  const { medium, own, visit } = showCopy(options)
  return {
    headName: HEAD,
    async keep(head, blobs) {
      const expected = (await own.readHead(HEAD))?.version
      assert.equal(await own.flush({ blobs, head: { name: HEAD, bytes: head, expected }, drop: [] }), 'ok')
    },
    connect: visit,
    damage(name, change) {
      medium.damage(name, change)
      return Promise.resolve()
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

const cases = readingSuite('device', () => Promise.resolve(deviceUnderTest()))
for (const { name, run } of cases) test(name, run)

test('device: the cases that docs/media-cases.md marks are in its suite', () => {
  assert.deepEqual(numbersOf(cases), casesInSuite('device', 1, 60))
})

test('device: nothing is written there from outside, and it names nothing that its head does not', async () => {
  await using device = deviceUnderTest()
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
    await using device = deviceUnderTest({ line: (channel) => breaking(channel, lastMessage) })
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
    await using device = deviceUnderTest({
      shows: (own) => ({
        ...own,
        getBlob: async (name) => change((await own.getBlob(name)) ?? assert.fail()),
      }),
    })
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

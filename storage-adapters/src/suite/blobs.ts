import { utf8 } from '@cloudos/protocol/bytes'
import { findId } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'
import { createSeededRng } from '../seeded-rng.ts'
import type { SuiteCase } from '../suite.ts'
import {
  expectAbsent,
  expect,
  expectBytes,
  expectEqual,
  expectFault,
  listed,
  rejectionOf,
  storeBlob,
} from './expect.ts'

const SHA256_OF_ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
const NEVER_STORED = requireHash('11'.repeat(32))
/** A quota this small can be used up by a test. */
const FILLABLE_BYTES = 64 * 1024 * 1024

export const BLOB_CASES: readonly SuiteCase[] = [
  {
    number: 2,
    sentence: 'a blob is named by its SHA-256 and read back at once and after reopening',
    async run(medium) {
      {
        await using store = await medium.connect()
        expectEqual<string>(await storeBlob(store, utf8('abc')), SHA256_OF_ABC, 'the name')
        expectBytes(await store.getBlob(requireHash(SHA256_OF_ABC)), utf8('abc'), 'the blob')
      }
      await using reopened = await medium.connect()
      expectBytes(await reopened.getBlob(requireHash(SHA256_OF_ABC)), utf8('abc'), 'the blob, reopened')
    },
  },
  {
    number: 1,
    sentence: 'a blob never put reads as absent',
    async run(medium) {
      await using store = await medium.connect()
      expectAbsent(await store.getBlob(NEVER_STORED), 'a blob')
    },
  },
  {
    number: 6,
    sentence: 'the empty blob exists',
    async run(medium) {
      await using store = await medium.connect()
      const name = await storeBlob(store, new Uint8Array())
      expectBytes(await store.getBlob(name), new Uint8Array(), 'the empty blob')
      expectEqual(await listed(store, 'b/'), 'b/' + name, 'list')
    },
  },
  {
    number: 7,
    sentence: 'a blob may be as large as the medium says and not one byte larger',
    async run(medium) {
      await using store = await medium.connect()
      const largest = new Uint8Array(store.capabilities.maxBlobBytes).fill(7)
      const name = await storeBlob(store, largest)
      expectBytes(await store.getBlob(name), largest, 'the largest blob')
      await expectFault('blob-too-large', store.putBlob(new Uint8Array(largest.length + 1)))
      expectEqual(await listed(store, 'b/'), 'b/' + name, 'list')
    },
  },
  {
    number: 11,
    sentence: 'a blob put twice is one blob',
    async run(medium) {
      await using store = await medium.connect()
      const name = await storeBlob(store, utf8('twice'))
      expectEqual(await storeBlob(store, utf8('twice')), name, 'the second name')
      expectEqual(await listed(store, 'b/'), 'b/' + name, 'list')
    },
  },
  {
    number: 9,
    sentence: 'a buffer changed by its owner after the call changes no blob',
    async run(medium) {
      await using store = await medium.connect()
      const given = utf8('given')
      const putting = store.putBlob(given)
      given.fill(0)
      const { name } = await putting
      const read = await store.getBlob(name)
      expectBytes(read, utf8('given'), 'the blob')
      read?.fill(0)
      expectBytes(await store.getBlob(name), utf8('given'), 'the blob, read again')
    },
  },
  {
    number: 12,
    sentence: 'a deleted blob is absent, deleting again is fine, and it can be put again',
    async run(medium) {
      await using store = await medium.connect()
      const name = await storeBlob(store, utf8('gone'))
      const other = await storeBlob(store, utf8('stays'))
      await store.delete('b/' + name)
      await store.delete('b/' + name)
      expectAbsent(await store.getBlob(name), 'the deleted blob')
      expectBytes(await store.getBlob(other), utf8('stays'), 'the other blob')
      await storeBlob(store, utf8('gone'))
      expectBytes(await store.getBlob(name), utf8('gone'), 'the blob put again')
    },
  },
  ...DAMAGES().map(([kind, damage]): SuiteCase => ({
    number: 13,
    sentence: `a blob ${kind} is never handed out, and putting it again repairs it`,
    async run(medium) {
      const bytes = utf8('a blob that will not stay as it is')
      await using store = await medium.connect()
      const name = await storeBlob(store, bytes)
      await medium.damage('b/' + name, damage)
      await expectFault('blob-damaged', store.getBlob(name))
      expectEqual(await storeBlob(store, bytes), name, 'the repaired name')
      await using reopened = await medium.connect()
      expectBytes(await reopened.getBlob(name), bytes, 'the repaired blob')
    },
  })),
  {
    number: 13,
    sentence: 'a damaged blob far larger than any is never handed out',
    async run(medium) {
      await using store = await medium.connect()
      const name = await storeBlob(store, utf8('small'))
      await medium.damage('b/' + name, () => new Uint8Array(2 * store.capabilities.maxBlobBytes))
      await expectFault('blob-damaged', store.getBlob(name))
    },
  },
  {
    number: 14,
    sentence: 'a full medium says so, keeps what it acknowledged and takes more once something is deleted',
    concerns: ({ quotaBytes }) => quotaBytes !== undefined && quotaBytes <= FILLABLE_BYTES,
    async run(medium) {
      await using store = await medium.connect()
      const stored: Hash[] = []
      const filling = async () => {
        for (let filler = 0; ; filler++) stored.push(await storeBlob(store, fillerOf(filler)))
      }
      await expectFault('medium-full', filling())
      expect(stored.length > 0, 'nothing fitted')
      for (const [filler, name] of stored.entries())
        expectBytes(await store.getBlob(name), fillerOf(filler), 'a blob on the full medium')
      await expectFault('medium-full', store.putBlob(fillerOf(stored.length)))
      for (const name of stored) await store.delete('b/' + name)
      await storeBlob(store, fillerOf(stored.length))
    },
  },
  {
    number: 15,
    sentence: 'a put cut short leaves the blob whole or absent, and putting it again succeeds',
    async run(medium) {
      const bytes = new Uint8Array(256 * 1024).fill(5)
      await using store = await medium.connect()
      const cut = new AbortController()
      const putting = store.putBlob(bytes, cut.signal)
      cut.abort()
      await rejectionOf(putting)
      const name = await storeBlob(store, bytes)
      expectBytes(await store.getBlob(name), bytes, 'the blob')
      await store.delete('b/' + name)

      const leaving = await medium.connect()
      const interrupted = rejectionOf(leaving.putBlob(bytes))
      await leaving[Symbol.asyncDispose]()
      await interrupted
      const found = await store.getBlob(name)
      if (found !== undefined) expectBytes(found, bytes, 'the blob of the connection that left')
      expectEqual(await listed(store, 'b/'), found === undefined ? '' : 'b/' + name, 'list')
    },
  },
]

/** What becomes of a blob, and how a failing disk does it. */
export function DAMAGES(): readonly (readonly [string, (bytes: Uint8Array) => Uint8Array])[] {
  return [
    ['with one bit flipped', (bytes) => bytes.map((byte, index) => (index === 3 ? byte ^ 16 : byte))],
    ['cut off at the end', (bytes) => bytes.subarray(0, -1)],
    ['with a byte too many', (bytes) => Uint8Array.of(...bytes, 0)],
    ['emptied', () => new Uint8Array()],
  ]
}

/** Nothing that a medium could compress. */
function fillerOf(index: number): Uint8Array {
  return createSeededRng(index).bytes(512 * 1024)
}

function requireHash(text: string): Hash {
  const hash = findId('Hash', text)
  expect(hash !== undefined, 'not a hash')
  return hash
}

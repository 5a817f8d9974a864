import { utf8 } from '@cloudos/protocol/bytes'
import type { Hash } from '@cloudos/protocol/ids'
import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import { hashOf } from '../blob-hash.ts'
import { createSeededRng } from '../seeded-rng.ts'
import type { NamedCase } from '../suite.ts'
import { DAMAGES } from './blobs.ts'
import { expect, expectAbsent, expectBytes, expectEqual, expectFault, expectHead, rejectionOf } from './expect.ts'
import { HOSTILE_NAMES } from './names.ts'

/** A medium that is written by whoever keeps it and only read from outside, fresh for each case. */
export interface ReadableUnderTest extends AsyncDisposable {
  /** The one head that it shows. */
  readonly headName: string
  /** What its keeper writes there; shown to those who connect from then on. */
  keep(head: Uint8Array, blobs: readonly Uint8Array[]): Promise<void>
  connect(): Promise<ConnectedBlobStore>
  /** What a failing disk does to what lies under the name of a blob. */
  damage(name: string, change: (bytes: Uint8Array) => Uint8Array): Promise<void>
}

interface ReadingCase {
  /** Of docs/media-cases.md. */
  readonly number: number
  readonly sentence: string
  readonly run: (medium: ReadableUnderTest) => Promise<void>
}

/** What a `BlobStore` that is only read keeps of what every one promises (suite.ts). */
export function readingSuite(name: string, setUp: () => Promise<ReadableUnderTest>): readonly NamedCase[] {
  return READING_CASES.map(({ number, sentence, run }) => ({
    number,
    name: `${name}: ${sentence}`,
    async run() {
      await using medium = await setUp()
      await run(medium)
    },
  }))
}

const head = utf8('the head')
const bytes = utf8('a blob that will not stay as it is')

const READING_CASES: readonly ReadingCase[] = [
  {
    number: 1,
    sentence: 'a head and a blob that nobody keeps there read as absent',
    async run(medium) {
      await medium.keep(head, [])
      await using store = await medium.connect()
      expectAbsent(await store.readHead('another'), 'another head')
      expectAbsent(await store.getBlob(await nameOf(bytes)), 'a blob')
    },
  },
  {
    number: 2,
    sentence: 'what its keeper has written is read by whoever connects, and again after reopening',
    async run(medium) {
      await medium.keep(head, [bytes, utf8('another')])
      for (let turn = 0; turn < 2; turn++) {
        await using store = await medium.connect()
        const { version } = await expectHead(store, medium.headName, head)
        expectEqual((await expectHead(store, medium.headName, head)).version, version, 'the version')
        expectBytes(await store.getBlob(await nameOf(bytes)), bytes, 'the blob')
        expectBytes(await store.getBlob(await nameOf(utf8('another'))), utf8('another'), 'another blob')
      }
    },
  },
  {
    number: 6,
    sentence: 'the empty blob is one, and not absent',
    async run(medium) {
      await medium.keep(head, [new Uint8Array()])
      await using store = await medium.connect()
      expectBytes(await store.getBlob(await nameOf(new Uint8Array())), new Uint8Array(), 'the empty blob')
    },
  },
  {
    number: 7,
    sentence: 'the largest blob is read whole, in however many pieces it comes',
    async run(medium) {
      await using before = await medium.connect()
      const largest = createSeededRng(7).bytes(before.capabilities.maxBlobBytes)
      await medium.keep(head, [largest])
      await using store = await medium.connect()
      expectBytes(await store.getBlob(await nameOf(largest)), largest, 'the largest blob')
    },
  },
  {
    number: 8,
    sentence: 'a head whose name begins alike is another one',
    async run(medium) {
      await medium.keep(head, [])
      await using store = await medium.connect()
      for (const name of [`${medium.headName}-2`, medium.headName.slice(0, -1)])
        expectAbsent(await store.readHead(name), name)
    },
  },
  {
    number: 9,
    sentence: 'a buffer changed by its reader changes nothing there',
    async run(medium) {
      await medium.keep(head, [bytes])
      await using store = await medium.connect()
      const read = await expectHead(store, medium.headName, head)
      read.heads[0].fill(0)
      await expectHead(store, medium.headName, head)
      const blob = await store.getBlob(await nameOf(bytes))
      blob?.fill(0)
      expectBytes(await store.getBlob(await nameOf(bytes)), bytes, 'the blob, read again')
    },
  },
  {
    number: 10,
    sentence: 'a hostile name is refused by every operation',
    async run(medium) {
      await medium.keep(head, [bytes])
      await using store = await medium.connect()
      for (const name of HOSTILE_NAMES) {
        await expectFault('bad-name', store.readHead(name))
        await expectFault('bad-name', store.getBlob(name as Hash))
      }
      await expectHead(store, medium.headName, head)
    },
  },
  ...[...DAMAGES(), ['far larger than any', () => new Uint8Array(20 * 1024 * 1024)] as const].map(
    ([kind, damage]): ReadingCase => ({
      number: 13,
      sentence: `a blob ${kind} is never handed out, and the others are`,
      async run(medium) {
        await medium.keep(head, [bytes, utf8('whole')])
        await medium.damage('b/' + (await nameOf(bytes)), damage)
        await using store = await medium.connect()
        await expectFault('blob-damaged', store.getBlob(await nameOf(bytes)))
        expectBytes(await store.getBlob(await nameOf(utf8('whole'))), utf8('whole'), 'the other blob')
      },
    }),
  ),
  {
    number: 28,
    sentence: 'after its disposal a connection refuses everything; disposing again is harmless; others live on',
    async run(medium) {
      await medium.keep(head, [bytes])
      await using other = await medium.connect()
      const store = await medium.connect()
      const reading = rejectionOf(store.getBlob(await nameOf(bytes)))
      await Promise.all([store[Symbol.asyncDispose](), store[Symbol.asyncDispose]()])
      await reading
      await store[Symbol.asyncDispose]()
      await expectFault('medium-closed', store.readHead(medium.headName))
      await expectFault('medium-closed', store.getBlob(await nameOf(bytes)))
      await expectHead(other, medium.headName, head)
    },
  },
  {
    number: 29,
    sentence: 'a signal that has fired refuses everything with its reason',
    async run(medium) {
      await medium.keep(head, [bytes])
      await using store = await medium.connect()
      const reason = new Error('enough')
      const fired = AbortSignal.abort(reason)
      const name = await nameOf(bytes)
      const refused = [store.readHead(medium.headName, fired), store.getBlob(name, fired)]
      for (const rejection of await Promise.all(refused.map(rejectionOf))) expect(rejection === reason, 'the reason')
    },
  },
  {
    number: 30,
    sentence: 'a read cut short rejects with the reason or is done, and the connection lives on',
    async run(medium) {
      await medium.keep(head, [bytes])
      await using store = await medium.connect()
      const reason = new Error('enough')
      for (let turn = 0; turn < 6; turn++) {
        const cut = new AbortController()
        const reading = rejectionOf(store.getBlob(await nameOf(bytes), cut.signal))
        for (let tick = 0; tick < turn; tick++) await Promise.resolve()
        cut.abort(reason)
        const rejection = await reading
        expect(rejection === undefined || rejection === reason, 'another reason')
      }
      expectBytes(await store.getBlob(await nameOf(bytes)), bytes, 'the blob')
    },
  },
]

function nameOf(blob: Uint8Array): Promise<Hash> {
  return hashOf(new Uint8Array(blob))
}

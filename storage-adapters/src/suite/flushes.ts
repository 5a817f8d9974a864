import { utf8 } from '@cloudos/protocol/bytes'
import { LIMITS } from '@cloudos/protocol/limits'
import { hashOf } from '../blob-hash.ts'
import type { SuiteCase } from '../suite.ts'
import { expect, expectAbsent, expectBytes, expectEqual, expectFault, expectHead, listed, storeBlob } from './expect.ts'

export const FLUSH_CASES: readonly SuiteCase[] = [
  {
    number: 16,
    sentence: 'a flush brings its blobs and its head, and takes away what it drops',
    async run(medium) {
      await using store = await medium.connect()
      const old = await storeBlob(store, utf8('old'))
      const blobs = [utf8('one'), utf8('two'), utf8('one')]
      const save = { blobs, head: { name: 'head', bytes: utf8('first'), expected: undefined }, drop: [old] }
      expectEqual(await store.flush(save), 'ok', 'the flush')
      await using reopened = await medium.connect()
      await expectHead(reopened, 'head', utf8('first'))
      for (const bytes of blobs) {
        const name = await hashOf(new Uint8Array(bytes))
        expectBytes(await reopened.getBlob(name), bytes, 'a blob of the flush')
      }
      expectAbsent(await reopened.getBlob(old), 'the dropped blob')
      const { version } = await expectHead(store, 'head', utf8('first'))
      const next = {
        blobs: [utf8('three')],
        head: { name: 'head', bytes: utf8('next'), expected: version },
        drop: [old],
      }
      expectEqual(await reopened.flush(next), 'ok', 'a flush that drops what is gone')
      await expectHead(store, 'head', utf8('next'))
      expectEqual((await listed(store, 'b/')).split(' ').length, 3, 'blobs')
    },
  },
  {
    number: 17,
    sentence: 'a flush over a head that has moved is a conflict, and drops nothing',
    concerns: ({ cas }) => cas,
    async run(medium) {
      await using store = await medium.connect()
      await using other = await medium.connect()
      const kept = await storeBlob(store, utf8('kept'))
      expectEqual(await other.casHead('head', utf8('theirs'), undefined), 'ok', 'the other writer')
      const save = {
        blobs: [utf8('new')],
        head: { name: 'head', bytes: utf8('ours'), expected: undefined },
        drop: [kept],
      }
      expectEqual(await store.flush(save), 'conflict', 'the flush')
      await expectHead(store, 'head', utf8('theirs'))
      expectBytes(await store.getBlob(kept), utf8('kept'), 'the blob that was to go')
    },
  },
  {
    number: 18,
    sentence: 'of several flushes that race for one head exactly one wins, with all its blobs',
    concerns: ({ cas }) => cas,
    async run(medium) {
      await using first = await medium.connect()
      await using second = await medium.connect()
      await using third = await medium.connect()
      const stores = [first, second, third]
      const outcomes = await Promise.all(
        stores.map((store, index) =>
          store.flush({
            blobs: [utf8(`blob of ${String(index)}`)],
            head: { name: 'head', bytes: utf8(String(index)), expected: undefined },
            drop: [],
          }),
        ),
      )
      const winner = outcomes.indexOf('ok')
      expectEqual(outcomes.filter((outcome) => outcome === 'ok').length, 1, 'winners')
      await expectHead(first, 'head', utf8(String(winner)))
      const name = await hashOf(new Uint8Array(utf8(`blob of ${String(winner)}`)))
      expectBytes(await first.getBlob(name), utf8(`blob of ${String(winner)}`), "the winner's blob")
    },
  },
  {
    number: 7,
    sentence: 'a flush with a blob or a head too large is refused, and nothing of it is there',
    async run(medium) {
      await using store = await medium.connect()
      const head = { name: 'head', bytes: utf8('head'), expected: undefined }
      const large = new Uint8Array(store.capabilities.maxBlobBytes + 1)
      await expectFault('blob-too-large', store.flush({ blobs: [utf8('small'), large], head, drop: [] }))
      const tooLarge = { ...head, bytes: new Uint8Array(LIMITS.headMaxBytes + 1) }
      await expectFault('head-too-large', store.flush({ blobs: [utf8('small')], head: tooLarge, drop: [] }))
      expectEqual(await listed(store, ''), '', 'list')
    },
  },
  {
    number: 19,
    sentence: 'a flush cut short leaves the head of before or the new one with its blobs',
    async run(medium) {
      await using store = await medium.connect()
      const cut = new AbortController()
      const blob = new Uint8Array(64 * 1024).fill(3)
      const head = { name: 'head', bytes: utf8('new'), expected: undefined }
      const flushing = Promise.allSettled([store.flush({ blobs: [blob], head, drop: [] }, cut.signal)])
      cut.abort()
      const [answer] = await flushing
      await using reopened = await medium.connect()
      const read = await reopened.readHead('head')
      expect(answer.status === 'fulfilled' || read === undefined, 'a rejected flush was kept')
      if (read !== undefined)
        expectBytes(await reopened.getBlob(await hashOf(blob)), blob, 'the blob that the head stands on')
    },
  },
]

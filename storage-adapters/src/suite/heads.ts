import { utf8 } from '@cloudos/protocol/bytes'
import { LIMITS } from '@cloudos/protocol/limits'
import type { SuiteCase } from '../suite.ts'
import { expectAbsent, expect, expectBytes, expectEqual, expectFault, expectHead, setHead } from './expect.ts'

const one = utf8('one')
const two = utf8('two')

export const HEAD_CASES: readonly SuiteCase[] = [
  {
    number: 1,
    sentence: 'a head never written reads as absent',
    async run(medium) {
      await using store = await medium.connect()
      expectAbsent(await store.readHead('head'), 'head')
    },
  },
  {
    number: 2,
    sentence: 'a head is read back at once, by another connection and after all are closed',
    async run(medium) {
      {
        await using store = await medium.connect()
        expectEqual(await store.casHead('head', one, undefined), 'ok', 'creating')
        await expectHead(store, 'head', one)
        await using other = await medium.connect()
        await expectHead(other, 'head', one)
      }
      await using reopened = await medium.connect()
      const { version } = await expectHead(reopened, 'head', one)
      expectEqual(await reopened.casHead('head', two, version), 'ok', 'replacing')
      await expectHead(reopened, 'head', two)
    },
  },
  {
    number: 3,
    sentence: 'creating a head that exists is a conflict and changes nothing',
    async run(medium) {
      await using store = await medium.connect()
      await setHead(store, 'head', one)
      expectEqual(await store.casHead('head', two, undefined), 'conflict', 'creating again')
      await expectHead(store, 'head', one)
    },
  },
  {
    number: 4,
    sentence: 'replacing a version that is no longer there is a conflict and changes nothing, also after reopening',
    async run(medium) {
      await using store = await medium.connect()
      await setHead(store, 'head', one)
      const { version } = await expectHead(store, 'head', one)
      await setHead(store, 'head', two)
      expectEqual(await store.casHead('head', utf8('three'), version), 'conflict', 'a stale write')
      await using reopened = await medium.connect()
      expectEqual(await reopened.casHead('head', utf8('three'), version), 'conflict', 'a stale write, reopened')
      await expectHead(reopened, 'head', two)
    },
  },
  {
    number: 4,
    sentence: 'a version of one head does not create another',
    async run(medium) {
      await using store = await medium.connect()
      await setHead(store, 'head', one)
      const { version } = await expectHead(store, 'head', one)
      expectEqual(await store.casHead('other', two, version), 'conflict', 'creating with a version')
      expectAbsent(await store.readHead('other'), 'other')
    },
  },
  {
    number: 5,
    sentence: 'a deleted head is absent, no stale version brings it back, and it can be created again',
    async run(medium) {
      await using store = await medium.connect()
      await setHead(store, 'head', one)
      const { version } = await expectHead(store, 'head', one)
      await store.delete('h/head')
      await store.delete('h/head')
      expectAbsent(await store.readHead('head'), 'the deleted head')
      expectEqual(await store.casHead('head', two, version), 'conflict', 'a stale write')
      expectEqual(await store.casHead('head', two, undefined), 'ok', 'creating again')
      expectEqual(await store.casHead('head', one, version), 'conflict', 'a stale write onto the new one')
      await expectHead(store, 'head', two)
    },
  },
  {
    number: 4,
    sentence: 'a head moves through many generations and only the newest is read',
    async run(medium) {
      await using store = await medium.connect()
      for (let generation = 1; generation <= 30; generation++)
        await setHead(store, 'head', utf8(`generation ${String(generation)}`))
      await using reopened = await medium.connect()
      await expectHead(reopened, 'head', utf8('generation 30'))
    },
  },
  {
    number: 6,
    sentence: 'a head may be empty and still exists',
    async run(medium) {
      await using store = await medium.connect()
      await setHead(store, 'head', new Uint8Array())
      const { version } = await expectHead(store, 'head', new Uint8Array())
      expectEqual(await store.casHead('head', one, undefined), 'conflict', 'creating over an empty head')
      expectEqual(await store.casHead('head', one, version), 'ok', 'replacing an empty head')
    },
  },
  {
    number: 7,
    sentence: 'a head holds as much as the limit and not one byte more',
    async run(medium) {
      await using store = await medium.connect()
      const largest = new Uint8Array(LIMITS.headMaxBytes).fill(7)
      await setHead(store, 'head', largest)
      const { version } = await expectHead(store, 'head', largest)
      await expectFault('head-too-large', store.casHead('head', new Uint8Array(largest.length + 1), version))
      await expectHead(store, 'head', largest)
    },
  },
  {
    number: 8,
    sentence: 'heads whose names begin alike are kept apart, warm and reopened',
    async run(medium) {
      {
        await using store = await medium.connect()
        await setHead(store, 'head', one)
        await setHead(store, 'head-2', two)
        expectAbsent(await store.readHead('hea'), 'a shorter name')
        await expectHead(store, 'head', one)
      }
      await using reopened = await medium.connect()
      expectAbsent(await reopened.readHead('hea'), 'a shorter name')
      await reopened.delete('h/head')
      expectAbsent(await reopened.readHead('head'), 'the deleted head')
      await expectHead(reopened, 'head-2', two)
    },
  },
  {
    number: 9,
    sentence: 'a buffer changed by its owner after the call changes no head',
    async run(medium) {
      await using store = await medium.connect()
      const given = utf8('given')
      const writing = store.casHead('head', given, undefined)
      given.fill(0)
      expectEqual(await writing, 'ok', 'creating')
      const read = await expectHead(store, 'head', utf8('given'))
      read.heads[0].fill(0)
      await expectHead(store, 'head', utf8('given'))
    },
  },
  {
    number: 9,
    sentence: 'a head given as part of a larger buffer is that part only',
    async run(medium) {
      await using store = await medium.connect()
      await setHead(store, 'head', utf8('before one after').subarray(7, 10))
      const read = await expectHead(store, 'head', one)
      expect(read.heads[0].buffer.byteLength <= LIMITS.headMaxBytes, 'a head shares a larger buffer')
      expectBytes(read.heads[0], one, 'head')
    },
  },
]

import { utf8 } from '@cloudos/protocol/bytes'
import type { SuiteCase } from '../suite.ts'
import {
  collect,
  expect,
  expectAbsent,
  expectBytes,
  expectEqual,
  expectFault,
  expectHead,
  listed,
  rejectionOf,
  setHead,
  storeBlob,
} from './expect.ts'

export const LIFE_CASES: readonly SuiteCase[] = [
  {
    number: 28,
    sentence: 'after its disposal a connection refuses everything; disposing again is harmless; others live on',
    async run(medium) {
      await using other = await medium.connect()
      const store = await medium.connect()
      await setHead(store, 'head', utf8('one'))
      const name = await storeBlob(store, utf8('a blob'))
      await Promise.all([store[Symbol.asyncDispose](), store[Symbol.asyncDispose]()])
      await store[Symbol.asyncDispose]()
      await expectFault('medium-closed', store.readHead('head'))
      await expectFault('medium-closed', store.casHead('head', utf8('two'), undefined))
      await expectFault('medium-closed', store.putBlob(utf8('another')))
      await expectFault('medium-closed', store.getBlob(name))
      await expectFault('medium-closed', store.delete('h/head'))
      await expectFault('medium-closed', listed(store, ''))
      await expectHead(other, 'head', utf8('one'))
      expectEqual(await listed(other, ''), `b/${name} h/head`, 'list')
    },
  },
  {
    number: 28,
    sentence: 'disposal settles what is under way, and keeps what was acknowledged',
    async run(medium) {
      const store = await medium.connect()
      const casting = store.casHead('head', utf8('one'), undefined)
      const putting = store.putBlob(utf8('a blob'))
      const reading = rejectionOf(store.readHead('other'))
      const settled = Promise.allSettled([casting, putting, reading])
      await store[Symbol.asyncDispose]()
      const [cast, put] = await settled
      await using reopened = await medium.connect()
      const head = await reopened.readHead('head')
      if (cast.status === 'rejected') expectAbsent(head, 'a rejected head')
      else if (cast.value === 'ok') await expectHead(reopened, 'head', utf8('one'))
      if (put.status === 'fulfilled' && put.value.kind === 'stored')
        expectBytes(await reopened.getBlob(put.value.name), utf8('a blob'), 'the acknowledged blob')
    },
  },
  {
    number: 29,
    sentence: 'a signal that has fired refuses everything with its reason, and nothing is applied',
    async run(medium) {
      await using store = await medium.connect()
      const name = await storeBlob(store, utf8('a blob'))
      const reason = new Error('enough')
      const fired = AbortSignal.abort(reason)
      const refused = [
        store.readHead('head', fired),
        store.casHead('head', utf8('one'), undefined, fired),
        store.putBlob(utf8('another'), fired),
        store.getBlob(name, fired),
        store.delete('b/' + name, fired),
        collect(store.list('', fired)),
      ]
      for (const rejection of await Promise.all(refused.map(rejectionOf))) expect(rejection === reason, 'the reason')
      expectEqual(await listed(store, ''), 'b/' + name, 'list')
    },
  },
  {
    number: 30,
    sentence: 'a write cut short says unknown or rejects, and a rejected one was not applied',
    async run(medium) {
      await using store = await medium.connect()
      for (let turn = 0; turn < 8; turn++) {
        const head = `head-${String(turn)}`
        const cut = new AbortController()
        const casting = store.casHead(head, utf8('cut'), undefined, cut.signal)
        const answered = Promise.allSettled([casting])
        for (let tick = 0; tick < turn; tick++) await Promise.resolve()
        cut.abort()
        const [answer] = await answered
        await using reopened = await medium.connect()
        const read = await reopened.readHead(head)
        if (answer.status === 'rejected') expectAbsent(read, 'a rejected head')
        else if (answer.value === 'ok') await expectHead(reopened, head, utf8('cut'))
        else expectEqual(answer.value, 'unknown', 'the answer')
      }
    },
  },
  {
    number: 30,
    sentence: 'a read or a list cut short rejects with the reason, and the connection lives on',
    async run(medium) {
      await using store = await medium.connect()
      await setHead(store, 'head', utf8('one'))
      const name = await storeBlob(store, utf8('a blob'))
      const cut = new AbortController()
      const reason = new Error('enough')
      const cutShort = [store.readHead('head', cut.signal), store.getBlob(name, cut.signal)].map(rejectionOf)
      const listing = rejectionOf(
        leaveDuring(store.list('', cut.signal), () => {
          cut.abort(reason)
        }),
      )
      expect((await listing) === reason, 'the list goes on')
      for (const rejection of await Promise.all(cutShort))
        expect(rejection === undefined || rejection === reason, 'another reason')
      await expectHead(store, 'head', utf8('one'))
    },
  },
]

async function leaveDuring(names: AsyncIterable<string>, leave: () => void): Promise<void> {
  for await (const name of names) {
    expect(name !== '', 'a name')
    leave()
  }
}

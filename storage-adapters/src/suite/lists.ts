import { utf8 } from '@cloudos/protocol/bytes'
import type { SuiteCase } from '../suite.ts'
import { expect, expectEqual, listed, setHead, storeBlob } from './expect.ts'

export const LIST_CASES: readonly SuiteCase[] = [
  {
    number: 1,
    sentence: 'a fresh medium lists nothing',
    async run(medium) {
      await using store = await medium.connect()
      expectEqual(await listed(store, ''), '', 'list')
    },
  },
  {
    number: 8,
    sentence: 'a list holds every name with that prefix once, warm and reopened',
    async run(medium) {
      let blob: string
      {
        await using store = await medium.connect()
        for (const name of ['head', 'head-2', 'header', 'other']) await setHead(store, name, utf8(name))
        await setHead(store, 'head', utf8('again'))
        blob = 'b/' + (await storeBlob(store, utf8('a blob')))
        expectEqual(await listed(store, 'h/head'), 'h/head h/head-2 h/header', 'by prefix')
        expectEqual(await listed(store, 'h/head/'), '', 'by a folder-like prefix')
        expectEqual(await listed(store, ''), `${blob} h/head h/head-2 h/header h/other`, 'everything')
      }
      await using reopened = await medium.connect()
      expectEqual(await listed(reopened, 'h/head-'), 'h/head-2', 'by prefix, reopened')
      expectEqual(await listed(reopened, 'b/'), blob, 'blobs')
      expectEqual(await listed(reopened, blob), blob, 'by a whole name')
      expectEqual(await listed(reopened, 'h'), 'h/head h/head-2 h/header h/other', 'by one character')
    },
  },
  {
    number: 20,
    sentence: 'while names are deleted a list still holds each of the others once',
    async run(medium) {
      await using store = await medium.connect()
      const names: string[] = []
      for (let index = 0; index < 40; index++) names.push('b/' + (await storeBlob(store, utf8(String(index)))))
      const doomed = new Set(names.filter((_, index) => index % 2 === 0))
      const listing: string[] = []
      for await (const name of store.list('b/')) {
        if (listing.length === 0) await Promise.all([...doomed].map((doomedName) => store.delete(doomedName)))
        listing.push(name)
      }
      expectEqual(new Set(listing).size, listing.length, 'distinct names')
      for (const name of names) expect(doomed.has(name) || listing.includes(name), `not listed: ${name}`)
      expectEqual(
        await listed(store, 'b/'),
        names
          .filter((name) => !doomed.has(name))
          .sort()
          .join(' '),
        'afterwards',
      )
    },
  },
  {
    number: 21,
    sentence: 'a list may be left half-way',
    async run(medium) {
      await using store = await medium.connect()
      await storeBlob(store, utf8('one'))
      await storeBlob(store, utf8('two'))
      for await (const name of store.list('b/')) {
        expect(name.startsWith('b/'), 'a blob')
        break
      }
      expectEqual((await listed(store, 'b/')).split(' ').length, 2, 'names')
    },
  },
]

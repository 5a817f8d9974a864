import { utf8 } from '@cloudos/protocol/bytes'
import type { Hash } from '@cloudos/protocol/ids'
import type { SuiteCase } from '../suite.ts'
import { expectEqual, expectFault, expectHead, listed, setHead, storeBlob } from './expect.ts'

export const HOSTILE_NAMES = [
  '', '.', '..', '../head', '/', '/head', 'head/', 'he/ad', 'h\\ead', 'head\0', '\0', 'Head', 'HEAD', 'head ', ' head', '-head', 'head.',
  'caf\u00e9', 'cafe\u0301', 'head\n', 'x'.repeat(65), 'x'.repeat(4096), '%2e%2e', '__proto__', 'b/head', 'he\u202ead',
] // prettier-ignore

export const NAME_CASES: readonly SuiteCase[] = [
  {
    number: 10,
    sentence: 'a hostile head name is refused by every operation and touches nothing',
    async run(medium) {
      await using store = await medium.connect()
      await setHead(store, 'head', utf8('untouched'))
      for (const name of HOSTILE_NAMES) {
        await expectFault('bad-name', store.readHead(name))
        await expectFault('bad-name', store.casHead(name, utf8('hostile'), undefined))
        await expectFault('bad-name', store.delete('h/' + name))
        await expectFault('bad-name', store.delete(name))
      }
      await expectHead(store, 'head', utf8('untouched'))
      expectEqual(await listed(store, ''), 'h/head', 'list')
    },
  },
  {
    number: 10,
    sentence: 'a hostile blob name is refused by every operation and touches nothing',
    async run(medium) {
      await using store = await medium.connect()
      const kept = await storeBlob(store, utf8('untouched'))
      for (const name of [
        ...HOSTILE_NAMES,
        kept.toUpperCase(),
        kept + '0',
        kept.slice(1),
        '../b/' + kept,
        kept + '\0',
      ]) {
        await expectFault('bad-name', store.getBlob(name as Hash))
        await expectFault('bad-name', store.delete('b/' + name))
      }
      expectEqual(await listed(store, ''), 'b/' + kept, 'list')
    },
  },
  {
    number: 10,
    sentence: 'a hostile prefix lists nothing',
    async run(medium) {
      await using store = await medium.connect()
      await setHead(store, 'head', utf8('one'))
      for (const prefix of ['..', '../', '/', 'h/../', 'H/', 'h\0', 'h//', 'x'.repeat(4096), '*', 'h/*', '.', 'tmp'])
        expectEqual(await listed(store, prefix), '', `list of ${JSON.stringify(prefix.slice(0, 20))}`)
    },
  },
  {
    number: 10,
    sentence: 'the longest and the shortest head name serve',
    async run(medium) {
      await using store = await medium.connect()
      for (const name of ['h', 'b', '0', 'x'.repeat(64), 'head-0123456789abcdef']) {
        await setHead(store, name, utf8(name))
        await expectHead(store, name, utf8(name))
      }
    },
  },
]

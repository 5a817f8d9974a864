import { utf8 } from '@cloudos/protocol/bytes'
import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import type { MediumUnderTest, SuiteCase } from '../suite.ts'
import { expect, expectBytes, expectEqual, listed, storeBlob } from './expect.ts'
import { expectInLedger, ledgerSize, writeLedgerEntry } from './ledger.ts'

export const RACE_CASES: readonly SuiteCase[] = [
  {
    number: 22,
    sentence: 'of many who create one head at once exactly one succeeds, and its bytes are read',
    concerns: ({ cas }) => cas,
    async run(medium) {
      await using racers = await connectMany(medium, 8)
      const outcomes = await Promise.all(
        racers.stores.map((store, index) => store.casHead('head', utf8(String(index)), undefined)),
      )
      expectEqual(outcomes.filter((outcome) => outcome === 'ok').length, 1, 'winners')
      expectEqual(outcomes.filter((outcome) => outcome === 'conflict').length, 7, 'losers')
      const read = await racers.first.readHead('head')
      expectEqual(read?.heads.length ?? 0, 1, 'heads')
      expectBytes(read?.heads[0], utf8(String(outcomes.indexOf('ok'))), 'the head')
    },
  },
  {
    number: 23,
    sentence: 'of many who replace one version at once, also on one connection, exactly one succeeds',
    concerns: ({ cas }) => cas,
    async run(medium) {
      await using racers = await connectMany(medium, 4)
      await racers.first.casHead('head', utf8('start'), undefined)
      const version = (await racers.first.readHead('head'))?.version
      const both = [...racers.stores, ...racers.stores]
      const outcomes = await Promise.all(
        both.map((store, index) => store.casHead('head', utf8(String(index)), version)),
      )
      expectEqual(outcomes.filter((outcome) => outcome === 'ok').length, 1, 'winners')
      expectBytes((await racers.first.readHead('head'))?.heads[0], utf8(String(outcomes.indexOf('ok'))), 'the head')
    },
  },
  {
    number: 24,
    sentence: 'heads written at once are all read until one write stands in for them',
    concerns: ({ cas }) => !cas,
    async run(medium) {
      await using racers = await connectMany(medium, 4)
      const outcomes = await Promise.all(
        racers.stores.map((store, index) => store.casHead('head', utf8(String(index)), undefined)),
      )
      const read = await racers.first.readHead('head')
      const texts = read?.heads.map((head) => new TextDecoder().decode(head)) ?? []
      for (const [index, outcome] of outcomes.entries())
        expect(outcome !== 'ok' || texts.includes(String(index)), `acknowledged and not read: ${String(index)}`)
      expectEqual(await racers.first.casHead('head', utf8('merged'), read?.version), 'ok', 'merging')
      const merged = await racers.first.readHead('head')
      expectEqual(merged?.heads.length ?? 0, 1, 'heads after the merge')
      expectBytes(merged?.heads[0], utf8('merged'), 'the merged head')
    },
  },
  {
    number: 11,
    sentence: 'one blob put by many at once is stored once for all of them',
    async run(medium) {
      await using racers = await connectMany(medium, 4)
      const bytes = new Uint8Array(128 * 1024).fill(9)
      const names = await Promise.all([...racers.stores, ...racers.stores].map((store) => storeBlob(store, bytes)))
      expectEqual(new Set(names).size, 1, 'names')
      expectEqual(await listed(racers.first, 'b/'), 'b/' + String(names[0]), 'list')
      for (const name of names) expectBytes(await racers.first.getBlob(name), bytes, 'the blob')
    },
  },
  {
    number: 25,
    sentence: 'a head being read while it is replaced is always some whole version, never absent',
    async run(medium) {
      await using racers = await connectMany(medium, 2)
      const [writer, reader] = racers.stores
      expect(writer !== undefined && reader !== undefined, 'two connections')
      await writer.casHead('head', new Uint8Array(4096).fill(0), undefined)
      const writing = replaceMany(writer, 25)
      const written = writing.then(() => 'written')
      do {
        const head = (await reader.readHead('head'))?.heads[0]
        expect(head !== undefined, 'absent while it was replaced')
        expectBytes(head, new Uint8Array(4096).fill(head[0] ?? 0), 'a whole version')
      } while ((await Promise.race([written, Promise.resolve('reading on')])) !== 'written')
      await writing
    },
  },
  {
    number: 26,
    sentence: 'nothing that any of several racing writers was told is stored gets lost',
    async run(medium) {
      await using racers = await connectMany(medium, 3)
      const acknowledged = await Promise.all(racers.stores.map((store, index) => writeEntries(store, index, 12)))
      await using reopened = await medium.connect()
      await expectInLedger(reopened, acknowledged.flat())
      expectEqual(await ledgerSize(reopened), 36, 'entries')
    },
  },
  {
    number: 27,
    sentence: 'a head deleted while others replace it is absent or whole, and the losers are told',
    async run(medium) {
      await using racers = await connectMany(medium, 2)
      const [deleter, writer] = racers.stores
      expect(deleter !== undefined && writer !== undefined, 'two connections')
      await writer.casHead('head', utf8('start'), undefined)
      const version = (await writer.readHead('head'))?.version
      const [, outcome] = await Promise.all([deleter.delete('h/head'), writer.casHead('head', utf8('next'), version)])
      const head = (await writer.readHead('head'))?.heads[0]
      expect(outcome === 'ok' || head === undefined, 'a refused write was kept')
      if (head !== undefined) expectBytes(head, utf8('next'), 'the head')
    },
  },
]

async function replaceMany(store: ConnectedBlobStore, count: number): Promise<void> {
  for (let turn = 1; turn <= count; turn++) {
    const version = (await store.readHead('head'))?.version
    expectEqual(await store.casHead('head', new Uint8Array(4096).fill(turn), version), 'ok', 'replacing')
  }
}

async function writeEntries(store: ConnectedBlobStore, writer: number, count: number) {
  const names = []
  for (let index = 0; index < count; index++)
    names.push(await writeLedgerEntry(store, `${String(writer)} wrote ${String(index)}`))
  return names
}

async function connectMany(medium: MediumUnderTest, count: number) {
  const connections = new AsyncDisposableStack()
  const first = connections.use(await medium.connect())
  const stores = [first]
  while (stores.length < count) stores.push(connections.use(await medium.connect()))
  return { first, stores, [Symbol.asyncDispose]: () => connections.disposeAsync() }
}

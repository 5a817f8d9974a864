/** Two browsers, each with a profile of its own, that write to one repository and hear of each other by nothing else. */
import { join } from 'node:path'
import { findId } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'
import { connectGithub } from '@cloudos/storage-adapters/github'
import { expectInLedger } from '@cloudos/storage-adapters/suite/ledger'
import { judgeRace, readPlaces } from '@cloudos/storage-adapters/suite/places'
import type { RaceReport } from '@cloudos/storage-adapters/suite/places'
import { startFakeGithub } from '@cloudos/storage-adapters/testing/github/fake-github'
import { createTestLine } from '@cloudos/storage-adapters/testing/http-line'
import { launchChromium } from '../browser.ts'
import { serveEntry } from '../page-entry.ts'
import type * as entryModule from './repository.page.ts'

type Entry = typeof entryModule

async function startBoth() {
  const stack = new AsyncDisposableStack()
  const { apiUrl, token, repository } = stack.use(await startFakeGithub())
  const place = { apiUrl, token, repository }
  const entry = stack.use(await serveEntry<Entry>(join(import.meta.dirname, 'repository.page.ts')))
  const browsers = [stack.use(await launchChromium()), stack.use(await launchChromium())] as const
  const [a, b] = [await entry.open(browsers[0].context), await entry.open(browsers[1].context)]
  const read = async () =>
    (await connectGithub({ ...place, line: createTestLine() }, AbortSignal.timeout(60_000))).store
  return { place, browsers, a, b, read, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

/** For every place of one head. */
export async function raceBrowsers(places: number): Promise<RaceReport> {
  await using both = await startBoth()
  const { place, a, b } = both
  const [wonByA, wonByB] = await Promise.all([
    a.call('race', { place, letter: 'a', places }),
    b.call('race', { place, letter: 'b', places }),
  ])
  await using store = await both.read()
  return judgeRace(await readPlaces(store), new Map([['a', wonByA], ['b', wonByB]] as const)) // prettier-ignore
}

/** One writes so many entries while the other is killed after as many; throws when an acknowledged one is lost. How many those were. */
export async function killOneOfTwoBrowsers(count: number): Promise<number> {
  await using both = await startBoth()
  const { place, browsers, a, b } = both
  const told: Hash[] = []
  const reached = Promise.withResolvers<void>()
  await browsers[1].context.exposeFunction('acknowledge', (text: string) => {
    const name = findId('Hash', text)
    if (name !== undefined && told.push(name) >= count) reached.resolve()
  })
  const cut = b.call('writeEntries', { place, writer: 'b', count: 100_000 }).catch(() => undefined)
  const kept = a.call('writeEntries', { place, writer: 'a', count })
  // It writes for ever, unless it fails.
  await Promise.race([reached.promise, cut])
  await browsers[1].kill()
  await cut
  const all = [...(await kept).map((text) => findId('Hash', text)), ...told].filter((name) => name !== undefined)
  await using store = await both.read()
  await expectInLedger(store, all)
  return all.length
}

/** A browser's database whose page is closed, or whose browser is killed, in the middle of saves; and two browsers' pages that race. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findId } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'
import { createSeededRng } from '@cloudos/storage-adapters/seeded-rng'
import { judgeRace } from '@cloudos/storage-adapters/suite/places'
import type { RaceReport } from '@cloudos/storage-adapters/suite/places'
import { faultsOf } from '@cloudos/storage-adapters/testing/trial/cut-rounds'
import type { BrokenRounds } from '@cloudos/storage-adapters/testing/trial/report'
import { launchChromium } from '../browser.ts'
import type { Chromium } from '../browser.ts'
import { serveEntry } from '../page-entry.ts'
import type { OpenEntry } from '../page-entry.ts'
import type * as entryModule from './database.page.ts'

type Entry = typeof entryModule
const ENTRY = join(import.meta.dirname, 'database.page.ts')
const ROUNDS_PER_DATABASE = 25

/** Pages that are closed in the middle of a save; another page then opens what lies there. */
export async function runPageRounds(rounds: number, seed: number): Promise<BrokenRounds> {
  await using entry = await serveEntry<Entry>(ENTRY)
  await using chromium = await launchChromium()
  const rng = createSeededRng(seed)
  const heard = await listenIn(chromium)
  const { call } = await entry.open(chromium.context)
  let acknowledged = 0
  const faults: string[] = []
  let saved = new Set<Hash>()
  for (let round = 0; round < rounds; round++) {
    if (round % ROUNDS_PER_DATABASE === 0) saved = new Set()
    const database = `pages-${String(Math.floor(round / ROUNDS_PER_DATABASE))}`
    const doomed = await entry.open(chromium.context)
    const names = await heard.until(1 + rng.below(3), doomed, { database, text: `round ${String(round)}` }, () =>
      doomed.page.close(),
    )
    for (const name of names) saved.add(name)
    acknowledged += names.length
    faults.push(...(await faultsOf(openAll(call, database), saved)))
  }
  return { rounds, acknowledged, faults }
}

export interface KilledBrowsers extends BrokenRounds {
  /** How often Chromium began anew with an empty database: it is evictable, and says so. */
  readonly dropped: number
}

/** Browsers that are killed by SIGKILL in the middle of a save; the next one opens what lies there. */
export async function runBrowserKills(rounds: number, seed: number): Promise<KilledBrowsers> {
  await using entry = await serveEntry<Entry>(ENTRY)
  const folder = await mkdtemp(join(tmpdir(), 'cloudos-chromium-'))
  const rng = createSeededRng(seed)
  let saved = new Set<Hash>()
  let [acknowledged, dropped] = [0, 0]
  const faults: string[] = []
  for (let round = 0; round <= rounds; round++) {
    await using chromium = await launchChromium(folder)
    const heard = await listenIn(chromium)
    const doomed = await entry.open(chromium.context)
    const there = openAll(doomed.call, 'killed')
    const isEmpty = (await there.catch(() => undefined))?.size === 0
    if (isEmpty && saved.size > 0) {
      dropped++
      saved = new Set()
    }
    faults.push(...(await faultsOf(there, saved)))
    if (round === rounds) break
    const order = { database: 'killed', text: `round ${String(round)}` }
    const names = await heard.until(1 + rng.below(6), doomed, order, () => chromium.kill())
    for (const name of names) saved.add(name)
    acknowledged += names.length
  }
  await rm(folder, { recursive: true, maxRetries: 3 })
  return { rounds, acknowledged, faults, dropped }
}

/** Two pages race for every place of one head. */
export async function racePages(places: number): Promise<RaceReport> {
  await using entry = await serveEntry<Entry>(ENTRY)
  await using chromium = await launchChromium()
  const [a, b] = [await entry.open(chromium.context), await entry.open(chromium.context)]
  const order = (letter: string) => ({ database: 'race', letter, places })
  const [wonByA, wonByB] = await Promise.all([a.call('race', order('a')), b.call('race', order('b'))])
  const told = new Map([['a', wonByA], ['b', wonByB]] as const) // prettier-ignore
  return judgeRace(await a.call('letters', 'race'), told)
}

async function openAll(call: OpenEntry<Entry>['call'], database: string): Promise<ReadonlySet<Hash>> {
  const names = await call('openAll', database)
  return new Set(names.map((name) => findId('Hash', name)).filter((name) => name !== undefined))
}

async function listenIn({ context }: Chromium) {
  let onName: (name: string) => void = () => undefined
  await context.exposeFunction('acknowledge', (name: string) => {
    onName(name)
  })
  return {
    /** Lets a page save until it has told of `count` entries, ends it, and resolves to all that it had told of. */
    async until(
      count: number,
      page: OpenEntry<Entry>,
      order: { readonly database: string; readonly text: string },
      end: () => Promise<void>,
    ): Promise<readonly Hash[]> {
      const names: Hash[] = []
      const reached = new Promise<void>((resolve) => {
        onName = (told) => {
          const name = findId('Hash', told)
          if (name !== undefined && names.push(name) >= count) resolve()
        }
      })
      const cut = page.call('saveForEver', order).catch(() => undefined)
      // It saves for ever, unless it fails.
      await Promise.race([reached, cut])
      await end()
      await cut
      return names
    },
  }
}

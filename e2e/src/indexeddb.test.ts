import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { casesInSuite, numbersOf } from '@cloudos/storage-adapters/testing/case-table'
import type { BrowserContext } from 'playwright-core'
import { launchChromium } from './browser.ts'
import type * as entryModule from './indexeddb.page.ts'
import { runInPage, serveEntry } from './page-entry.ts'

type Entry = typeof entryModule
const ENTRY = join(import.meta.dirname, 'indexeddb.page.ts')
const MEBIBYTE = 1024 * 1024

const cases = await runInPage<Entry, 'runSuite'>(ENTRY, 'runSuite', 'indexeddb in Chromium')
for (const { name, failure } of cases)
  test(name, () => {
    assert.equal(failure, undefined)
  })

test('indexeddb: the cases that docs/media-cases.md marks are in its suite', () => {
  assert.deepEqual(numbersOf(cases), casesInSuite('indexeddb', 1, 30))
})

test('what a page stored is there after a reload and in a new browser with the same profile', async () => {
  await using entry = await serveEntry<Entry>(ENTRY)
  await using folder = await temporaryFolder()
  let acknowledged: readonly string[]
  {
    await using chromium = await launchChromium(folder.path)
    const { page, call } = await entry.open(chromium.context)
    acknowledged = await call('writeEntries', { database: 'kept', writer: 'a', count: 10 })
    await page.reload()
    assert.equal(await call('checkEntries', { database: 'kept', acknowledged }), 10)
  }
  await using reopened = await launchChromium(folder.path)
  const { call } = await entry.open(reopened.context)
  assert.equal(await call('checkEntries', { database: 'kept', acknowledged }), 10)
})

test('of two tabs racing 500 times for one head exactly one wins each time, and no winner is overwritten', async () => {
  await using entry = await serveEntry<Entry>(ENTRY)
  await using chromium = await launchChromium()
  const tabs = [await entry.open(chromium.context), await entry.open(chromium.context)] as const
  const race = (letter: 'a' | 'b') => ({ database: 'race', letter, places: 500 })
  const [a, b] = await Promise.all([tabs[0].call('race', race('a')), tabs[1].call('race', race('b'))])
  const letters = await tabs[0].call('readLetters', 'race')
  assert.equal(a.won.map((place) => letters[place]).join(''), 'a'.repeat(a.won.length))
  assert.equal(b.won.map((place) => letters[place]).join(''), 'b'.repeat(b.won.length))
  assert.equal(a.won.length + b.won.length, 500)
  assert.equal(new Set([...a.won, ...b.won]).size, 500)
  assert.ok(a.conflicts + b.conflicts > 0, 'the tabs never met')
})

test('nothing acknowledged is lost when two tabs write and one is closed in the middle', async () => {
  await using entry = await serveEntry<Entry>(ENTRY)
  await using chromium = await launchChromium()
  const [staying, leaving] = [await entry.open(chromium.context), await entry.open(chromium.context)]
  const acknowledgements = await listenIn(leaving.page.context())
  const cut = leaving.call('writeEntries', { database: 'two', writer: 'b', count: 100_000 }).catch(() => [])
  const kept = staying.call('writeEntries', { database: 'two', writer: 'a', count: 30 })
  await acknowledgements.reach(20)
  await leaving.page.close()
  await cut
  const acknowledged = [...(await kept), ...acknowledgements.names]
  assert.equal(await staying.call('checkEntries', { database: 'two', acknowledged }), acknowledged.length)
})

test('a quota used up is reported as a full medium, and what was acknowledged stays readable', async () => {
  await using entry = await serveEntry<Entry>(ENTRY)
  await using chromium = await launchChromium()
  const { page, call } = await entry.open(chromium.context)
  const session = await chromium.context.newCDPSession(page)
  await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(entry.url).origin, quotaSize: 8 * MEBIBYTE })
  const acknowledged = await call('writeEntries', { database: 'full', writer: 'a', count: 3 })
  const { stored, readable, code } = await call('fillUntilRefused', 'full')
  assert.equal(code, 'medium-full')
  assert.ok(stored > 0)
  assert.equal(readable, stored)
  assert.equal(await call('checkEntries', { database: 'full', acknowledged }), 3)
})

test('after another tab has deleted the database the medium is gone', async () => {
  assert.equal(await runInPage<Entry, 'codeAfterDeletion'>(ENTRY, 'codeAfterDeletion', 'deleted'), 'medium-gone')
})

test('of what was acknowledged nothing is missing after the browser was killed in the middle of a write, unless it dropped all', async (t) => {
  await using entry = await serveEntry<Entry>(ENTRY)
  await using folder = await temporaryFolder()
  let acknowledged: string[] = []
  for (let round = 1; round <= 6; round++) {
    await using chromium = await launchChromium(folder.path)
    const acknowledgements = await listenIn(chromium.context)
    const { call } = await entry.open(chromium.context)
    if (acknowledged.length > 0 && (await call('countEntries', 'killed')) === 0) {
      // Chromium begins anew when it does not trust what it finds after a crash. A medium in it says so: it is evictable.
      t.diagnostic(`Chromium dropped the database after round ${String(round - 1)}`)
      acknowledged = []
    }
    assert.equal(await call('checkEntries', { database: 'killed', acknowledged }), acknowledged.length)
    if (round === 6) break
    const cut = call('writeEntries', { database: 'killed', writer: String(round), count: 100_000 }).catch(() => [])
    await acknowledgements.reach(7 * round)
    await chromium.kill()
    await cut
    acknowledged.push(...acknowledgements.names)
  }
})

/** The acknowledgements pages opened from now on report, as they come. */
async function listenIn(context: BrowserContext) {
  const names: string[] = []
  let reached: (() => void) | undefined
  let wanted = Infinity
  await context.exposeFunction('acknowledge', (name: string) => {
    if (names.push(name) >= wanted) reached?.()
  })
  return {
    names,
    reach: (count: number) =>
      new Promise<void>((resolve) => {
        wanted = count
        reached = resolve
        if (names.length >= count) resolve()
      }),
  }
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'cloudos-chromium-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, maxRetries: 3 }) }
}

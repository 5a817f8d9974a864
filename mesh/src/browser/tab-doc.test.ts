import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { LIMITS } from '@cloudos/protocol/limits'
import { createFamily, DOC, startDevice } from '../testing/family.ts'
import { SteppedClock } from '../testing/stepped-clock.ts'
import { createBrowser, fillBrowser, openTab, saved, startLeader, until } from './testing/tabs.ts'
import type { Browser, Tab } from './testing/tabs.ts'

const text = ({ doc }: Tab): string => doc.ydoc.getText('text').toString()

function type(tab: Tab, words: string): void {
  tab.doc.ydoc.getText('text').insert(tab.doc.ydoc.getText('text').length, words)
}

/** What a leader that starts now finds in the database. */
async function stored(browser: Browser): Promise<string> {
  const leader = await startLeader(browser)
  const doc = await leader.replica.open(DOC)
  const found = doc.ydoc.getText('text').toString()
  await leader.close()
  return found
}

test('what one tab types appears in the other, and is in the database once it is called saved', async () => {
  const browser = createBrowser(createFamily(1))
  const leader = await startLeader(browser)
  using a = openTab(browser)
  using b = openTab(browser)
  await Promise.all([a.doc.ready, b.doc.ready])
  type(a, 'hello')
  assert.equal(a.doc.saving.phase, 'saving')
  await saved(a.doc)
  await until(() => text(b) === 'hello')
  leader.crash()
  assert.equal(await stored(browser), 'hello')
})

test('what is typed on in a tab is one frame for each window; nothing of it is called saved before, and what waits goes when the page does', async () => {
  const browser = createBrowser(createFamily(1))
  const leader = await startLeader(browser)
  const clock = new SteppedClock()
  using tab = openTab(browser, clock)
  await tab.doc.ready
  const sealed = await leader.replica.open(DOC)
  type(tab, 'a')
  await saved(tab.doc)
  assert.equal(sealed.frameCount, 1)
  for (const letter of 'bcdef') {
    type(tab, letter)
    assert.equal(tab.doc.saving.phase, 'saving')
    assert.equal(tab.doc.isGathering, true)
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.equal(sealed.frameCount, 1)
  clock.step(200)
  await saved(tab.doc)
  assert.equal(sealed.frameCount, 2)
  type(tab, 'g')
  tab.doc.flush()
  await saved(tab.doc)
  assert.equal(sealed.frameCount, 3)
  type(tab, 'x'.repeat(LIMITS.flushMaxBytes))
  await saved(tab.doc)
  assert.equal(sealed.frameCount, 4)
  leader.crash()
  assert.equal((await stored(browser)).slice(0, 8), 'abcdefgx')
})

test('no two tabs ever write under one client id, even when all of them open at once', async () => {
  const browser = createBrowser(createFamily(1))
  const leader = await startLeader(browser)
  const tabs = Array.from({ length: 8 }, () => openTab(browser))
  await Promise.all(tabs.map(({ doc }) => doc.ready))
  assert.equal(new Set(tabs.map(({ doc }) => doc.ydoc.clientID)).size, tabs.length)
  for (const tab of tabs) tab[Symbol.dispose]()
  await leader.close()
})

test('a tab that opens before any leader waits, and one that outlives its leader keeps its edits for the next', async () => {
  const browser = createBrowser(createFamily(1))
  using tab = openTab(browser)
  const first = await startLeader(browser)
  await tab.doc.ready
  type(tab, 'one ')
  await saved(tab.doc)
  first.crash()
  type(tab, 'two')
  assert.equal(tab.doc.saving.phase, 'saving')
  const second = await startLeader(browser)
  await saved(tab.doc)
  await second.close()
  assert.equal(await stored(browser), 'one two')
})

test('two tabs type while leaders close and crash: nothing is lost, nothing doubled, and it stays one chain', async () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const dice = createDice(seed)
    const family = createFamily(2, seed)
    const browser = createBrowser(family)
    let leader = await startLeader(browser)
    const tabs = [openTab(browser), openTab(browser)]
    await Promise.all(tabs.map(({ doc }) => doc.ready))
    const typed: string[] = []
    for (let round = 0; round < 60; round++) {
      const tab = tabs[dice.below(tabs.length)]
      const mark = `<${String(round)}>`
      if (tab !== undefined) {
        const shared = tab.doc.ydoc.getText('text')
        shared.insert(dice.below(shared.length + 1), mark)
        typed.push(...mark)
      }
      for (let turn = dice.below(4); turn > 0; turn--) await new Promise((resolve) => setImmediate(resolve))
      if (dice.below(8) > 0) continue
      if (dice.below(2) === 0) leader.crash()
      else await leader.close()
      leader = await startLeader(browser)
    }
    await Promise.all(tabs.map(({ doc }) => saved(doc)))
    await until(() => new Set(tabs.map(text)).size === 1)
    const doc = await leader.replica.open(DOC)
    assert.equal(doc.ydoc.getText('text').toString(), tabs.map(text)[0])
    assert.deepEqual([...(tabs.map(text)[0] ?? '')].sort(), typed.sort())
    assert.equal(doc.heads().size, 1)
    for (const tab of tabs) tab[Symbol.dispose]()
    await leader.close()

    const other = startDevice(family, 1)
    const reader = await startLeader(browser)
    const own = await reader.replica.open(DOC)
    const theirs = await other.replica.open(DOC)
    for await (const { frame } of own.scan(0)) await theirs.admit(frame, 'test')
    assert.equal(theirs.ydoc.getText('text').toString(), own.ydoc.getText('text').toString())
    assert.deepEqual(other.incidents, [])
    assert.deepEqual(browser.incidents, [])
    await reader.close()
    await other.replica.close()
  }
})

test('a browser that is full says so and keeps the edits; with room again they are saved once, and no device refuses them', async () => {
  const family = createFamily(2)
  const browser = createBrowser(family)
  const leader = await startLeader(browser)
  using a = openTab(browser)
  using b = openTab(browser)
  await Promise.all([a.doc.ready, b.doc.ready])
  type(a, 'before ')
  await saved(a.doc)
  {
    using _full = fillBrowser()
    type(a, 'during ')
    await until(() => a.doc.saving.phase === 'refused')
    assert.equal(a.doc.saving.phase === 'refused' && a.doc.saving.code, 'disk-full')
    assert.equal(text(b), 'before ')
  }
  a.doc.retry()
  await saved(a.doc)
  type(a, 'after')
  await until(() => text(b) === 'before during after')

  const other = startDevice(family, 1)
  const theirs = await other.replica.open(DOC)
  for await (const { frame } of (await leader.replica.open(DOC)).scan(0)) await theirs.admit(frame, 'test')
  assert.equal(theirs.ydoc.getText('text').toString(), 'before during after')
  assert.deepEqual(other.incidents, [])
  await other.replica.close()
  await leader.close()
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { foundHousehold } from './household.ts'
import { readerOf, untilAllShow, write } from './notes.ts'
import { openAgain } from './owner-page.ts'

test('two agents and a page edit one document, and each sees what the others write', async () => {
  await using house = new AsyncDisposableStack()
  const { a, b, page } = await foundHousehold(house)
  await Promise.all([page.type('page '), write(a, 'agent-a '), write(b, 'agent-b ')])
  await untilAllShow(['page ', 'agent-a ', 'agent-b '], [page, readerOf(a), readerOf(b)])
  assert.deepEqual(page.complaints, [])
})

test('an agent that was off brings what was written on it alone, and gets what it missed', async () => {
  await using house = new AsyncDisposableStack()
  const { homeA, homeB, page, ...first } = await foundHousehold(house)
  await first.b.stop()
  await Promise.all([page.type('while-b-was-off '), write(first.a, 'on-a ')])
  await page.saved()
  await first.a.stop()
  const alone = house.use(await startAgent(homeB))
  await write(alone, 'on-b-alone ')
  await page.type('without-any-agent ')
  const a = house.use(await startAgent(homeA))
  const words = ['while-b-was-off ', 'on-a ', 'on-b-alone ', 'without-any-agent ']
  await untilAllShow(words, [page, readerOf(a), readerOf(alone)])
})

test('agents and a browser that are killed lose nothing that was saved, and go on together', async () => {
  await using house = new AsyncDisposableStack()
  const { homeA, homeB, profileFolder, chromium, page, a, b } = await foundHousehold(house)
  await page.type('one ')
  await page.saved()
  await a.end('SIGKILL')
  await write(b, 'two ')
  await b.end('SIGKILL')
  await page.type('three ')
  await page.saved()
  await chromium.kill()
  const [nextA, nextB] = [house.use(await startAgent(homeA)), house.use(await startAgent(homeB))]
  const reopened = await openAgain(house.use(await launchChromium(profileFolder)).context, nextA)
  await reopened.openNotes()
  const readers = [reopened, readerOf(nextA), readerOf(nextB)]
  // One at a time: what comes in at the caret while somebody types stands between their letters.
  await untilAllShow(['one ', 'two ', 'three '], readers)
  await reopened.type('four ')
  await untilAllShow(['four '], readers)
  await write(nextA, 'five ')
  await untilAllShow(['one ', 'two ', 'three ', 'four ', 'five '], readers)
  assert.deepEqual([...page.complaints, ...reopened.complaints], [])
})

test('two tabs that type at once, of which the leading one closes, lose nothing and double nothing', async () => {
  await using house = new AsyncDisposableStack()
  const { a, b, chromium, page: leading } = await foundHousehold(house)
  const other = await openAgain(chromium.context, a)
  await other.openNotes()
  await leading.type('middle')
  await untilAllShow(['middle'], [leading, other])
  await leading.page.keyboard.press('Control+Home')
  const [before, after] = ['<the leading tab typed this>', '<the other tab typed this>']
  await Promise.all([leading.page.keyboard.type(before), other.type(after)])
  await leading.saved()
  await leading.page.close()
  await other.type('<and went on>')
  const text = await untilAllShow(['<and went on>'], [other, readerOf(a), readerOf(b)])
  assert.equal(text, `${before}middle${after}<and went on>`)
})

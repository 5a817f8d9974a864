import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statusCommand } from '@cloudos/protocol/commands'
import type { Page } from 'playwright-core'
import { startAgent } from './agent-process.ts'
import { eventually } from './eventually.ts'
import { foundHousehold } from './household.ts'
import { readerOf, untilAllShow, write } from './notes.ts'

test('a removed agent says so, is let go and gets nothing written later', async () => {
  await using house = new AsyncDisposableStack()
  const { a, b, homeB, page } = await foundHousehold(house)
  await Promise.all([page.type('before '), write(b, 'by-b ')])
  const before = await untilAllShow(['before ', 'by-b '], [page, readerOf(a), readerOf(b)])

  const { deviceId } = await b.call(statusCommand, {})
  await goTo(page.page, `#/devices/${deviceId}`)
  await page.page.getByRole('button', { name: 'Remove device' }).click()
  await page.page.getByText('It may still hold everything it has received so far.').waitFor()
  await page.page.getByRole('button', { name: 'Remove it' }).click()
  await page.page.getByText('Removed', { exact: true }).waitFor()
  await b.printed(/This device is no longer in the profile\./)
  await eventually('agent A has no connection to B', async () => {
    const { peers } = await a.call(statusCommand, {})
    return peers.every((peer) => peer.deviceId !== deviceId) ? true : undefined
  })

  await page.openNotes()
  await page.type('after ')
  const later = await untilAllShow(['after '], [page, readerOf(a)])
  assert.equal(later, before + 'after ')
  const atB = await readerOf(b)
    .text()
    .catch(() => '') // it may refuse to read at all
  assert.ok(!atB.includes('after'))
  await b.stop()
  const again = house.use(await startAgent(homeB))
  await again.printed(/This device is no longer in the profile\./)
  assert.equal((await again.call(statusCommand, {})).removed, true)
  await again.stop()
  assert.deepEqual(page.complaints, [])
})

async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate((place) => {
    location.hash = place
  }, hash)
}

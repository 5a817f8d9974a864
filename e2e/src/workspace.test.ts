import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { createHome } from './home.ts'
import { openByLink } from './owner-page.ts'

const CANARY = 'canary-in-a-note'

test('the look and the last page come back from the workspace document, in which nothing of a note lies', async () => {
  await using house = new AsyncDisposableStack()
  const agent = house.use(await startAgent(house.use(await createHome())))
  const { context } = house.use(await launchChromium())
  const { page, complaints, ...owner } = await openByLink(context, agent)
  await owner.found()
  await owner.openNotes()
  await owner.type(CANARY)
  await owner.saved()
  await page.evaluate(() => { location.hash = '#/settings' }) // prettier-ignore
  await page.getByText('Dark', { exact: true }).click()
  await page.getByText('Compact', { exact: true }).click()
  await page.goto(agent.page)
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
  assert.deepEqual(await page.evaluate(() => ({ ...document.documentElement.dataset })), { theme: 'dark', density: 'compact' }) // prettier-ignore
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), ['cloudos.theme'])
  const stored = await bytesIn(page, 'cloudos/workspace')
  assert.ok(stored.includes('compact') && stored.includes('settings'))
  assert.ok(!stored.includes(CANARY))
  assert.deepEqual(complaints, [])
})

/** Every value of every store, as the letters its bytes spell. */
function bytesIn(page: Page, name: string): Promise<string> {
  return page.evaluate(async (database) => {
    const opened = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open(database)
      opening.onerror = () => { reject(new Error('does not open')) } // prettier-ignore
      opening.onsuccess = () => { resolve(opening.result) } // prettier-ignore
    })
    const stores = await Promise.all(
      [...opened.objectStoreNames].map(
        (store) =>
          new Promise<readonly unknown[]>((resolve) => {
            const reading = opened.transaction(store).objectStore(store).getAll()
            reading.onsuccess = () => { resolve(reading.result) } // prettier-ignore
          }),
      ),
    )
    opened.close()
    return stores
      .flat()
      .map((value) => (value instanceof Uint8Array ? new TextDecoder('latin1').decode(value) : JSON.stringify(value)))
      .join('\n')
  }, name)
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statusCommand } from '@cloudos/protocol/commands'
import type { Page } from 'playwright-core'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { createHome } from './home.ts'
import { foundHousehold } from './household.ts'
import { readerOf, untilAllShow, write } from './notes.ts'
import { openAgain, openByLink } from './owner-page.ts'

const PASSPHRASE = 'five unrelated words of mine'

test('a passphrase seals the profile in this browser, and lock, reload and other tabs all ask for it', async () => {
  await using house = new AsyncDisposableStack()
  const home = house.use(await createHome())
  const agent = house.use(await startAgent(home))
  const { context } = house.use(await launchChromium())
  const first = await openByLink(context, agent)
  await first.found()
  await first.openNotes()
  await first.type('for my eyes ')
  await first.saved()
  assert.equal(await storedProtection(first.page), 'none with secrets')
  await protect(first.page)
  assert.equal(await storedProtection(first.page), 'sealed without secrets')

  await first.page.reload()
  await isLocked(first.page)
  await tryPassphrase(first.page, 'five unrelated words of yours')
  await first.page.getByText('That is not the passphrase of this profile.').waitFor()
  await isLocked(first.page)
  await tryPassphrase(first.page, PASSPHRASE)
  await first.openNotes()
  assert.equal(await first.text(), 'for my eyes ')

  const second = await openAgain(context, agent)
  await isLocked(second.page)
  await tryPassphrase(second.page, PASSPHRASE)
  await second.openNotes()
  await second.type('said just before ')
  await second.page.getByRole('button', { name: 'Lock now' }).first().click()
  await Promise.all([isLocked(first.page), isLocked(second.page)])
  await untilAllShow(['for my eyes said just before '], [readerOf(agent)])
  await write(agent, 'while it was locked ')

  await tryPassphrase(first.page, PASSPHRASE)
  await first.openNotes()
  await untilAllShow(['for my eyes said just before while it was locked '], [first, readerOf(agent)])
  assert.deepEqual([...first.complaints, ...second.complaints], [])
})

test('a profile that was protected removes a device, and its vault follows to the new epoch', async () => {
  await using house = new AsyncDisposableStack()
  const { a, b, page } = await foundHousehold(house)
  await protect(page.page)
  const { deviceId } = await b.call(statusCommand, {})
  await goTo(page.page, `#/devices/${deviceId}`)
  await page.page.getByRole('button', { name: 'Remove device' }).click()
  await page.page.getByRole('button', { name: 'Remove it' }).click()
  await b.printed(/This device is no longer in the profile\./)
  await page.openNotes()
  await page.type('under the new epoch ')
  await page.saved()
  await page.page.reload()
  await tryPassphrase(page.page, PASSPHRASE)
  await page.openNotes()
  await untilAllShow(['under the new epoch '], [page, readerOf(a)])
})

async function protect(page: Page): Promise<void> {
  await goTo(page, '#/settings')
  await page.getByRole('button', { name: 'Protect with a passphrase' }).click()
  await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE)
  await page.getByLabel('The same again').fill(PASSPHRASE)
  await page.getByRole('button', { name: 'Protect', exact: true }).click()
  await page.getByText('Protected by a passphrase').waitFor()
}

async function tryPassphrase(page: Page, passphrase: string): Promise<void> {
  await page.getByLabel('Passphrase').fill(passphrase)
  await page.getByRole('button', { name: 'Unlock' }).click()
}

/** Its page and nothing of the profile. */
async function isLocked(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Locked' }).waitFor()
  assert.doesNotMatch(await page.locator('body').innerText(), /eyes|agent|Chromium|Notes|Devices/)
}

function storedProtection(page: Page): Promise<string> {
  return page.evaluate(
    () =>
      new Promise<string>((resolve, reject) => {
        const opening = indexedDB.open('cloudos')
        opening.onerror = () => { reject(new Error('does not open')) } // prettier-ignore
        opening.onsuccess = () => {
          const reading = opening.result.transaction('profile').objectStore('profile').get('profile')
          reading.onsuccess = () => {
            opening.result.close()
            const kept: unknown = reading.result
            if (typeof kept !== 'object' || kept === null || !('protection' in kept)) return
            resolve(`${String(kept.protection)} ${'secrets' in kept ? 'with' : 'without'} secrets`)
          }
        }
      }),
  )
}

async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate((place) => {
    location.hash = place
  }, hash)
}

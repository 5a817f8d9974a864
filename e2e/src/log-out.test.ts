import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listDevicesCommand } from '@cloudos/protocol/device-commands'
import type { Page } from 'playwright-core'
import { startAgent } from './agent-process.ts'
import type { AgentProcess } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { eventually } from './eventually.ts'
import { createHome } from './home.ts'
import { looksWell } from './looks.ts'
import { openAgain, openByLink } from './owner-page.ts'
import { createKeys, putWallets } from './test-wallets.ts'

const [mine] = createKeys(1)
assert.ok(mine)

test('logging out takes the browser off the list, empties what it stores, and sends its other tabs to the welcome page', async () => {
  await using house = new AsyncDisposableStack()
  const agent = house.use(await startAgent(house.use(await createHome())))
  const { context } = house.use(await launchChromium())
  await putWallets(context, [{ name: 'Glow', temper: 'normal', keys: [mine] }])
  const first = await openByLink(context, agent)
  await first.page.getByRole('button', { name: 'Sign in with Glow' }).click()
  await first.page.getByText('This computer is one of your devices').waitFor()
  const second = await openAgain(context, agent)
  await second.page.getByRole('button', { name: 'Unlock with Glow' }).click()
  await second.openNotes()
  await second.type('for nobody here ')
  await second.saved()
  assert.equal(await browsersIn(agent), 1)

  await goTo(first.page, '#/settings')
  await first.page.getByRole('button', { name: 'Log out of this browser' }).click()
  await looksWell(first.page, 'log-out')
  await first.page.getByRole('button', { name: 'Log out and delete it here' }).click()
  for (const { page } of [second, first]) {
    await page.getByRole('button', { name: 'Start now with a new key' }).waitFor()
    assert.doesNotMatch(await page.locator('body').innerText(), /for nobody|Notes|Settings/)
    assert.equal(new URL(page.url()).hash, '')
  }
  assert.equal(await browsersIn(agent), 0)
  await eventually('nothing is stored', async () => ((await storedIn(first.page)).length === 0 ? true : undefined))
  assert.deepEqual([...first.complaints, ...second.complaints], [])
})

test('a browser that reaches no other device says so, and logs out only when it is told to all the same', async () => {
  await using house = new AsyncDisposableStack()
  const home = house.use(await createHome())
  const agent = house.use(await startAgent(home))
  const { context } = house.use(await launchChromium())
  await putWallets(context, [{ name: 'Glow', temper: 'normal', keys: [mine] }])
  const { page, complaints } = await openByLink(context, agent)
  await page.getByRole('button', { name: 'Sign in with Glow' }).click()
  await page.getByText('This computer is one of your devices').waitFor()
  await goTo(page, '#/settings')
  await page.getByRole('button', { name: 'Log out of this browser' }).waitFor()
  await agent.stop()
  await page.getByText('1 of 2 devices online').first().waitFor()
  await page.getByRole('button', { name: 'Log out of this browser' }).click()
  await page.getByRole('button', { name: 'Log out and delete it here' }).click()
  await page.getByText('Your other devices could not be told').waitFor()
  await looksWell(page, 'log-out-untold')
  await page.getByRole('button', { name: 'Log out all the same' }).click()
  const again = house.use(await startAgent(home))
  assert.equal(await browsersIn(again), 1)
  await page.goto(again.page)
  await page.getByRole('button', { name: 'Start now with a new key' }).waitFor()
  assert.deepEqual(complaints, [])
})

async function browsersIn(agent: AgentProcess): Promise<number> {
  const { devices } = await agent.call(listDevicesCommand, {})
  return devices.filter(({ class: kind, presence }) => kind === 'browser' && presence !== 'removed').length
}

/** What any storage of the page's origin holds: entries, and databases beyond the one that says whether there is a profile. */
function storedIn(page: Page): Promise<readonly string[]> {
  return page.evaluate(async () => {
    const databases = await indexedDB.databases()
    const others = databases.flatMap(({ name = '' }) => (name === 'cloudos' ? [] : [name]))
    const opened = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open('cloudos')
      opening.onerror = () => { reject(new Error('does not open')) } // prettier-ignore
      opening.onsuccess = () => { resolve(opening.result) } // prettier-ignore
    })
    const counts = await Promise.all(
      [...opened.objectStoreNames].map(
        (name) =>
          new Promise<string>((resolve) => {
            const counting = opened.transaction(name).objectStore(name).count()
            counting.onsuccess = () => { resolve(counting.result === 0 ? '' : name) } // prettier-ignore
          }),
      ),
    )
    opened.close()
    return [...others, ...counts, ...Object.keys(localStorage), ...Object.keys(sessionStorage)].filter(Boolean)
  })
}

async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate((place) => {
    location.hash = place
  }, hash)
}

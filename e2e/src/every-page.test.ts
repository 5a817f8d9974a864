import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { createHome } from './home.ts'
import { isUsableByKeyboard, looksWell } from './looks.ts'
import { openByLink } from './owner-page.ts'

test('every page looks well in both themes, on a desk and on a phone, and every control on it is in reach of the keyboard', async () => {
  await using stack = new AsyncDisposableStack()
  const agent = stack.use(await startAgent(stack.use(await createHome())))
  const { context } = stack.use(await launchChromium())
  const owner = await openByLink(context, agent)
  const { page } = owner
  const said: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'warning' || message.type() === 'error') said.push(message.text())
  })
  await page.getByRole('button', { name: 'Start now with a new key' }).waitFor()
  await inspect(page, 'welcome')
  await owner.found()
  const places = await page
    .locator('nav a[href^="#/"]')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''))
  assert.ok(places.length >= 5)
  for (const place of new Set(places)) {
    await goTo(page, place)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await inspect(page, place.slice('#/'.length) || 'home')
  }
  await goTo(page, '#/devices/add')
  await page.getByLabel('Command that adds the machine it is run on').first().waitFor()
  await inspect(page, 'pair')
  await goTo(page, '#/no/such/place')
  await page.getByRole('heading', { level: 1 }).waitFor()
  await inspect(page, 'missing')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').waitFor()
  await looksWell(page, 'command-bar')
  assert.deepEqual([...owner.complaints, ...said], [])
})

async function inspect(page: Page, name: string): Promise<void> {
  await looksWell(page, name)
  await isUsableByKeyboard(page, name)
}

async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate((place) => {
    location.hash = place
  }, hash)
}

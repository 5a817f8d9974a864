import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statusCommand } from '@cloudos/protocol/commands'
import { listDevicesCommand } from '@cloudos/protocol/device-commands'
import type { Page } from 'playwright-core'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { eventually } from './eventually.ts'
import { createHome } from './home.ts'
import { looksWell } from './looks.ts'
import { openByLink } from './owner-page.ts'

const PLACES = ['#/', '#/notes', '#/devices', '#/runs', '#/storage', '#/activity', '#/settings', '#/devices/add']

test('Ctrl K opens the command bar on every page, and by typing alone a device is renamed and the sample is run', async () => {
  await using stack = new AsyncDisposableStack()
  const agent = stack.use(await startAgent(stack.use(await createHome())))
  const { context } = stack.use(await launchChromium())
  const owner = await openByLink(context, agent)
  const { page } = owner
  await owner.found()
  const { deviceId } = await agent.call(statusCommand, {})
  for (const place of PLACES) {
    await goTo(page, place)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await openBar(page)
    await closeDialog(page)
  }

  // Asked for in the very moment in which it closes, it opens anew: what had been typed is gone.
  await openBar(page)
  for (let round = 0; round < 5; round++) {
    await page.keyboard.type('notes')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.getByRole('option', { selected: true }).waitFor()
    assert.equal(await page.getByRole('combobox', { name: 'Jump or do' }).inputValue(), '')
  }
  await closeDialog(page)

  await openBar(page)
  await page.keyboard.type('give a device another')
  await page.getByRole('option', { selected: true, name: /^Give a device another name/ }).waitFor()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('device id').waitFor()
  await dialog.getByRole('button', { name: 'Do it' }).focus()
  await page.keyboard.press('Enter')
  await dialog.getByRole('alert').getByText('deviceId').waitFor()
  await looksWell(page, 'command-form')
  await dialog.getByLabel('device id').selectOption(deviceId)
  await dialog.getByLabel('name', { exact: true }).fill('attic box')
  await page.keyboard.press('Enter')
  await dialog.getByText('Done.').waitFor()
  await eventually('the agent knows the name', async () => {
    const { devices } = await agent.call(listDevicesCommand, {})
    return devices.find((device) => device.name === 'attic box')
  })
  await closeDialog(page)

  await openBar(page)
  await page.getByRole('option', { selected: true, name: /^Give a device another name/ }).waitFor()
  await page.keyboard.type('ansr pairing')
  await page.getByText('Nothing here by that name.').waitFor()
  await page.getByRole('combobox', { name: 'Jump or do' }).fill('send a waiting')
  await page.keyboard.press('Enter')
  await dialog.getByLabel('request id').fill('00112233445566778899aabbccddeeff')
  await page.keyboard.press('Enter')
  await dialog.getByText('Really do this?').waitFor()
  await looksWell(page, 'command-asks-again')
  await dialog.getByRole('button', { name: 'Yes, do it' }).focus()
  await page.keyboard.press('Enter')
  await dialog.getByRole('alert').waitFor()
  await closeDialog(page)

  await openBar(page)
  await page.keyboard.type('list devices')
  await page.keyboard.press('Enter')
  await dialog.getByRole('button', { name: 'Do it' }).focus()
  await page.keyboard.press('Enter')
  await dialog.getByText('attic box').first().waitFor()
  await looksWell(page, 'command-answer')
  await closeDialog(page)

  await openBar(page)
  await page.keyboard.type('run the smpl')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'sample', level: 1 }).waitFor()
  await page.getByText('Done', { exact: true }).first().waitFor()
  assert.deepEqual(owner.complaints, [])
})

const GO: readonly (readonly [string, RegExp])[] = [
  ['n', /^Notes/],
  ['d', /^Devices/],
  ['r', /^Runs/],
  ['c', /^Storage/],
  ['a', /^Activity/],
  ['s', /^Settings/],
]

test('every shortcut does what the list of them says, none while something is typed, and none once they are turned off', async () => {
  await using stack = new AsyncDisposableStack()
  const agent = stack.use(await startAgent(stack.use(await createHome())))
  const { context } = stack.use(await launchChromium())
  const owner = await openByLink(context, agent)
  const { page } = owner
  await owner.found()
  for (const [key, title] of GO) {
    await page.keyboard.press('g')
    await page.keyboard.press(key)
    await page.getByRole('heading', { level: 1, name: title }).waitFor()
  }
  await page.keyboard.press('g')
  await page.keyboard.press('h')
  await page.waitForFunction(() => location.hash === '#/')
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Shortcuts' }).waitFor()
  await looksWell(page, 'shortcuts')
  await page.keyboard.press('g')
  await page.keyboard.press('d')
  assert.equal(await page.evaluate(() => location.hash), '#/', 'an open dialog has the keys')
  await closeDialog(page)
  await page.keyboard.press('/')
  await page.getByRole('combobox', { name: 'Jump or do' }).waitFor()
  await page.keyboard.type('?gd/')
  assert.equal(await page.getByRole('combobox', { name: 'Jump or do' }).inputValue(), '?gd/')
  await closeDialog(page)

  await owner.openNotes()
  await owner.type('gd ? / gs')
  assert.equal(await owner.text(), 'gd ? / gs')
  assert.equal(await page.evaluate(() => location.hash), '#/notes')
  assert.equal(await page.getByRole('dialog').count(), 0)

  await goTo(page, '#/settings')
  await page.getByRole('group', { name: 'Single-key shortcuts' }).getByText('Off').click()
  await page.evaluate('document.activeElement.blur()')
  for (const key of ['g', 'd', '?', '/']) await page.keyboard.press(key)
  assert.equal(await page.evaluate(() => location.hash), '#/settings')
  assert.equal(await page.getByRole('dialog').count(), 0)
  await openBar(page)
  assert.deepEqual(owner.complaints, [])
})

async function openBar(page: Page): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Jump or do' }).waitFor()
}

/** The browser tells of the close a moment later; keys pressed before that are still the dialog's. */
async function closeDialog(page: Page): Promise<void> {
  await page.keyboard.press('Escape')
  await page.locator('dialog').waitFor({ state: 'detached' })
}

async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate((place) => {
    location.hash = place
  }, hash)
}

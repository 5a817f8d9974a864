import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCapabilityRecord } from '@cloudos/protocol/capability-record'
import { statusCommand } from '@cloudos/protocol/commands'
import { capabilitiesCommand, metricsCommand } from '@cloudos/protocol/device-commands'
import { parseSigned } from '@cloudos/protocol/signed'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { createHome } from './home.ts'
import { looksWell } from './looks.ts'
import { openByLink } from './owner-page.ts'

test('a person sees how a device is doing and what it can do, live, by keyboard, in both themes and on a phone', async () => {
  await using stack = new AsyncDisposableStack()
  const home = stack.use(await createHome())
  const agent = stack.use(await startAgent(home))
  const chromium = stack.use(await launchChromium())
  const owner = await openByLink(chromium.context, agent)
  const { page } = owner
  const said: string[] = []
  page.on('console', (message) => {
    // That the agent which is stopped at the end does not answer is no fault of the page.
    const isUnreachable = /WebSocket|ERR_CONNECTION/.test(message.text())
    if (message.type() === 'warning' || (message.type() === 'error' && !isUnreachable)) said.push(message.text())
  })
  await page.setViewportSize({ width: 1280, height: 900 })
  await owner.found()

  await page.getByRole('link', { name: 'Devices', exact: true }).first().click()
  await page.getByRole('heading', { name: 'Devices', level: 1 }).waitFor()
  const row = page.getByRole('row').filter({ hasText: 'Online' })
  await row
    .getByText(/^\d+(\.\d)? %$/)
    .first()
    .waitFor()
  assert.equal(await row.getByText(/%$/).count(), 3)
  await row.getByText(/x86-64|arm64/).waitFor()
  await looksWell(page, 'device-devices')

  await row.getByRole('link').focus()
  await page.keyboard.press('Enter')
  await page.getByRole('figure', { name: /^CPU/ }).waitFor()
  const cpu = page.getByRole('figure', { name: /^CPU/ })
  const drawn = await cpu.locator('path').last().getAttribute('d')
  await page.waitForFunction(
    (before) => document.querySelector('figure path:last-child')?.getAttribute('d') !== before,
    drawn,
  )
  await page.getByRole('button', { name: 'Show the table' }).focus()
  await page.keyboard.press('Enter')
  await page
    .getByRole('table', { name: /every ten seconds/ })
    .getByRole('row')
    .nth(1)
    .waitFor()
  await looksWell(page, 'device-live')

  await page.getByRole('link', { name: 'Capabilities' }).focus()
  await page.keyboard.press('Enter')
  await page
    .getByText(/^node \d+/)
    .or(page.getByText('Runtimes'))
    .first()
    .waitFor()
  await page.getByText(/signed by the device/).waitFor()
  await looksWell(page, 'device-capabilities')

  await page.getByRole('link', { name: 'Details' }).focus()
  await page.keyboard.press('Enter')
  await page.getByText(`/dns4/localhost/tcp/${String(home.port)}/ws`).waitFor()
  await looksWell(page, 'device-details')

  const second = stack.use(await owner.startPaired(stack.use(await createHome())))
  await page.getByRole('link', { name: 'Devices', exact: true }).first().click()
  const online = page.getByRole('row').filter({ hasText: 'Online' })
  await online.nth(1).waitFor()
  await online.filter({ hasText: '%' }).nth(1).waitFor()
  const { deviceId } = await second.call(statusCommand, {})
  await page.evaluate((id) => { location.hash = `#/devices/${id}/details` }, deviceId) // prettier-ignore
  await page.getByText('Reached through').waitFor()
  await page.evaluate((id) => { location.hash = `#/devices/${id}` }, deviceId) // prettier-ignore
  await page.getByRole('figure', { name: /^CPU/ }).waitFor()
  await looksWell(page, 'device-behind')
  await second.stop()

  await page.getByRole('main').getByRole('link', { name: 'Devices' }).click()
  await online.getByRole('link').first().click()
  await page.getByRole('figure', { name: /^CPU/ }).waitFor()
  await agent.stop()
  await page.getByText(/^Not connected now/).waitFor()
  await looksWell(page, 'device-gone')
  await page.getByRole('main').getByRole('link', { name: 'Devices' }).click()
  await page.getByRole('row').filter({ hasText: 'This browser' }).getByRole('link').click()
  await page.getByText('A browser does not tell about its machine').waitFor()
  await looksWell(page, 'device-browser')
  assert.deepEqual([...owner.complaints, ...said], [])
})

test('the owner’s own programs hear the same from the agent: a signed record, and figures while they listen', async () => {
  await using home = await createHome()
  await using agent = await startAgent(home)
  const { record } = await agent.call(capabilitiesCommand, {})
  const signed = parseSigned(record, parseCapabilityRecord)
  assert.ok(signed.ok)
  assert.ok(signed.value.value.cpu.cores > 0)
  const { memory, cpuPermille } = await agent.firstEvent(metricsCommand, {})
  assert.ok(memory.totalMiB >= memory.freeMiB && cpuPermille <= 1000)
})

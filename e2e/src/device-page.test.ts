import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { parseCapabilityRecord } from '@cloudos/protocol/capability-record'
import { statusCommand } from '@cloudos/protocol/commands'
import { capabilitiesCommand, metricsCommand } from '@cloudos/protocol/device-commands'
import { parseSigned } from '@cloudos/protocol/signed'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { createHome } from './home.ts'
import { openByLink } from './owner-page.ts'

const AXE = readFileSync(join(import.meta.dirname, '../../node_modules/axe-core/axe.min.js'), 'utf8')
/** Where screenshots go, for whoever wants to look at them. */
const SHOTS = process.env['CLOUDOS_SHOTS']

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
  await looksWell(page, 'devices')

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
  await looksWell(page, 'live')

  await page.getByRole('link', { name: 'Capabilities' }).focus()
  await page.keyboard.press('Enter')
  await page
    .getByText(/^node \d+/)
    .or(page.getByText('Runtimes'))
    .first()
    .waitFor()
  await page.getByText(/signed by the device/).waitFor()
  await looksWell(page, 'capabilities')

  await page.getByRole('link', { name: 'Details' }).focus()
  await page.keyboard.press('Enter')
  await page.getByText(`/dns4/localhost/tcp/${String(home.port)}/ws`).waitFor()
  await looksWell(page, 'details')

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
  await looksWell(page, 'behind')
  await second.stop()

  await page.getByRole('main').getByRole('link', { name: 'Devices' }).click()
  await online.getByRole('link').first().click()
  await page.getByRole('figure', { name: /^CPU/ }).waitFor()
  await agent.stop()
  await page.getByText(/^Not connected now/).waitFor()
  await looksWell(page, 'gone')
  await page.getByRole('main').getByRole('link', { name: 'Devices' }).click()
  await page.getByRole('row').filter({ hasText: 'This browser' }).getByRole('link').click()
  await page.getByText('A browser does not tell about its machine').waitFor()
  await looksWell(page, 'browser')
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

/** No finding of axe and no sideways scrolling, in either theme, on a desk and on a phone. */
async function looksWell(page: Page, name: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('Runtime.evaluate', { expression: AXE })
  for (const width of [390, 1280])
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: width === 390 ? 844 : 900 })
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      if (SHOTS !== undefined)
        await page.screenshot({ path: join(SHOTS, `${name}-${colorScheme}-${String(width)}.png`) })
      const findings = await page.evaluate(
        'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => id + " " + nodes.map(({ target }) => target.join(" ")).join(", ")))',
      )
      assert.deepEqual(findings, [], `${name} ${colorScheme} ${String(width)}`)
      assert.equal(await page.evaluate('Math.max(0, document.documentElement.scrollWidth - innerWidth)'), 0, name)
    }
  await session.detach()
}

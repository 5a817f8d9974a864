/** `npm run pictures` takes the pictures of the README anew, from a real page with two real agents; with `--look` it keeps none. */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { listDevicesCommand, renameDeviceCommand } from '@cloudos/protocol/device-commands'
import type { Page } from 'playwright-core'
import { startAgent } from './agent-process.ts'
import type { AgentProcess } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { createHome } from './home.ts'
import { openByLink } from './owner-page.ts'

const { values } = parseArgs({ options: { look: { type: 'boolean' } } })
const FOLDER = join(import.meta.dirname, values.look === true ? '../../artefacts/pictures' : '../../docs/pictures')

mkdirSync(FOLDER, { recursive: true })
await takePictures()

async function takePictures(): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const desk = stack.use(await startAgent(stack.use(await createHome())))
  const { context } = stack.use(await launchChromium())
  const owner = await openByLink(context, desk)
  const { page } = owner
  await owner.found()
  await nameAgent(desk, 'desk')
  stack.use(await owner.startPaired(stack.use(await createHome())))
  await nameAgent(desk, 'attic')
  await goTo(page, '#/')
  await page.getByRole('button', { name: 'Run the sample' }).click()
  await page.getByText('Signed and checked').waitFor()
  for (const close of await page.getByRole('button', { name: 'Dismiss' }).all()) await close.click()
  await take(page, 'run')
  await goTo(page, '#/')
  await page.getByRole('row').filter({ hasText: '%' }).nth(1).waitFor()
  // Long enough for the curves to have a shape.
  if (values.look !== true) await page.waitForTimeout(20_000)
  await take(page, 'home')
}

/** Gives the one agent that has no name yet a name, from the terminal's side. */
async function nameAgent(agent: AgentProcess, name: string): Promise<void> {
  const { devices } = await agent.call(listDevicesCommand, {})
  const device = devices.find((one) => one.class === 'agent' && !['desk', 'attic'].includes(one.name))
  assert.ok(device)
  await agent.call(renameDeviceCommand, { deviceId: device.deviceId, name })
}

async function take(page: Page, name: string): Promise<void> {
  await page.setViewportSize({ width: 1280, height: 720 })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.screenshot({ path: join(FOLDER, `${name}-${colorScheme}.png`) })
  }
}

async function goTo(page: Page, place: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash
  }, place)
}

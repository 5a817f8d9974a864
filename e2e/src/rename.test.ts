import { test } from 'node:test'
import { statusCommand } from '@cloudos/protocol/commands'
import { listDevicesCommand, renameDeviceCommand } from '@cloudos/protocol/device-commands'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { eventually } from './eventually.ts'
import { createHome } from './home.ts'
import { looksWell } from './looks.ts'
import { openByLink } from './owner-page.ts'

test('a device is renamed on its page by keyboard, its agent shows the name, and a name the agent gives is on the page', async () => {
  await using stack = new AsyncDisposableStack()
  const agent = stack.use(await startAgent(stack.use(await createHome())))
  const chromium = stack.use(await launchChromium())
  const owner = await openByLink(chromium.context, agent)
  const { page } = owner
  await owner.found()
  const { deviceId } = await agent.call(statusCommand, {})
  await page.evaluate((id) => { location.hash = `#/devices/${id}` }, deviceId) // prettier-ignore

  await page.getByRole('button', { name: 'Rename' }).focus()
  await page.keyboard.press('Enter')
  const field = page.getByLabel('Name', { exact: true })
  await field.fill('  ')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('1 to 64 visible characters').waitFor()
  await looksWell(page, 'rename-device')
  await field.fill('attic box')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'attic box', level: 1 }).waitFor()
  await eventually('the agent knows the name', async () => {
    const { devices } = await agent.call(listDevicesCommand, {})
    return devices.find((device) => device.deviceId === deviceId && device.name === 'attic box')
  })

  await agent.call(renameDeviceCommand, { deviceId, name: 'cellar box' })
  await page.getByRole('heading', { name: 'cellar box', level: 1 }).waitFor()
})

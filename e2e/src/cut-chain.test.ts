import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { createHome } from './home.ts'
import { looksWell } from './looks.ts'
import { openAgain, openByLink } from './owner-page.ts'

test('a record of decisions that was deleted on a machine is missed by a browser that had never looked at it', async () => {
  await using house = new AsyncDisposableStack()
  const home = house.use(await createHome())
  const { context } = house.use(await launchChromium())
  const before = await startAgent(home)
  const founder = await openByLink(context, before)
  await founder.found()
  await before.stop()
  await founder.page.close()
  await rm(join(home.folder, 'audit'), { recursive: true })

  const agent = house.use(await startAgent(home))
  await agent.printed(/The record of decisions on this machine is shorter than the one your other devices know\./)
  const { page, complaints } = await openAgain(context, agent)
  await page.getByRole('link', { name: 'Activity' }).first().click()
  await page.getByText(/^The other devices know of entries up to number \d+ that are not there now$/).waitFor()
  await page.getByText('audit.check').waitFor()
  await looksWell(page, 'cut-chain')
  assert.deepEqual(complaints, [])
})

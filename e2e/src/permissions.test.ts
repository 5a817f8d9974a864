import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { errors } from 'playwright-core'
import type { Locator, Page } from 'playwright-core'
import { startAgent, surroundingsOf } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { eventually } from './eventually.ts'
import { createHome } from './home.ts'
import { looksWell } from './looks.ts'
import { openByLink } from './owner-page.ts'
import { startProgram } from './program.ts'

const COMMAND = join(import.meta.dirname, '../../agent/src/cli/main.ts')

test('a person has a device ask before it runs a job: a yes on Home runs it, a no and a caller that leaves do not', async () => {
  await using stack = new AsyncDisposableStack()
  const home = stack.use(await createHome())
  const agent = stack.use(await startAgent(home))
  const { context } = stack.use(await launchChromium())
  const owner = await openByLink(context, agent)
  const { page } = owner
  await owner.found()
  const runSample = async () =>
    stack.use(
      await startProgram({
        file: process.execPath,
        args: [COMMAND, 'job', 'run', 'sample'],
        env: surroundingsOf(home),
      }),
    )
  await page.getByRole('link', { name: 'Devices', exact: true }).first().click()
  await page.getByRole('row').filter({ hasText: 'Online' }).getByRole('link').click()
  await page.getByRole('link', { name: 'Permissions' }).click()
  const choice = page.getByLabel('The terminal: Run a job')
  assert.equal(await choice.inputValue(), 'allow')
  await choice.selectOption('Ask me')
  await page.getByLabel('My other devices: Run a job').selectOption('Never')
  await page.locator('[aria-busy="false"]').waitFor()
  await looksWell(page, 'permissions')
  await page.reload()
  await choice.waitFor()
  assert.equal(await choice.inputValue(), 'ask')

  await page.getByRole('link', { name: 'Home', exact: true }).first().click()
  const card = page.getByRole('region', { name: /asks before it goes on/ })
  const allowed = await runSample()
  await card.getByText('job.run').first().waitFor()
  await looksWell(page, 'approval')
  await press(page, card, 'Allow once')
  assert.equal((await allowed.ended).code, 0, allowed.output())
  assert.match(allowed.output(), /Waiting for your yes/)

  const refused = await runSample()
  await card.waitFor()
  await press(page, card, 'Refuse')
  assert.equal((await refused.ended).code, 3)
  assert.match(refused.output(), /The owner said no/)

  const left = await runSample()
  await card.waitFor()
  await left.end('SIGINT')
  await card.waitFor({ state: 'detached' })

  await page.getByRole('link', { name: 'Runs', exact: true }).first().click()
  await page.getByRole('row').filter({ hasText: 'sample' }).first().waitFor()
  assert.equal(await page.getByRole('row').filter({ hasText: 'sample' }).count(), 1)
  assert.deepEqual(owner.complaints, [])
})

/** A card that has just appeared, also anew because its device was out of reach for a moment, takes no press: a person presses again. */
async function press(page: Page, card: Locator, name: string): Promise<void> {
  await eventually(`the press on ${name} is taken`, async () => {
    await page.waitForTimeout(DEAF_MS)
    if (await card.isVisible()) await card.getByRole('button', { name }).click({ timeout: 1_000 }).catch(ignoreTimeout)
    return (await card.isVisible()) ? undefined : true
  })
}

/** It went while it was aimed at. */
function ignoreTimeout(cause: unknown): void {
  if (!(cause instanceof errors.TimeoutError)) throw cause
}

const DEAF_MS = 700

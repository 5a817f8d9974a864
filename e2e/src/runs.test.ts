import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { createHome } from './home.ts'
import { isUsableByKeyboard, looksWell } from './looks.ts'
import { openByLink } from './owner-page.ts'

test('a person runs the sample from Home, sees what it writes, how it is held and that its receipt holds', async () => {
  await using stack = new AsyncDisposableStack()
  const agent = stack.use(await startAgent(stack.use(await createHome())))
  const { context } = stack.use(await launchChromium())
  const owner = await openByLink(context, agent)
  const { page } = owner
  await owner.found()
  await page.getByRole('button', { name: 'Run the sample' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'sample', level: 1 }).waitFor()
  await page.getByText('Done', { exact: true }).first().waitFor()
  const log = page.getByRole('log', { name: 'What the program wrote' })
  await log.waitFor()
  assert.ok(((await log.textContent()) ?? '').length > 20)
  await page.getByText('Signed and checked').waitFor()
  const why = page.getByRole('table', { name: /^Every device/ })
  await why.getByRole('row').filter({ hasText: 'chosen' }).waitFor()
  await why.getByText('is a browser and runs no jobs').waitFor()
  await page.getByRole('region', { name: 'How it is held' }).getByText('Held by').waitFor()
  await looksWell(page, 'run')
  await isUsableByKeyboard(page, 'run')
  await page.getByRole('button', { name: 'Show the table' }).click()
  await page.getByRole('table', { name: 'Phases of the run' }).getByRole('row').nth(2).waitFor()
  await looksWell(page, 'run-table')

  await page.getByRole('main').getByRole('link', { name: 'Runs' }).click()
  const row = page.getByRole('row').filter({ hasText: 'sample' })
  await row.getByText('Done').waitFor()
  await looksWell(page, 'runs-one')
  await page.getByText('With trouble').click()
  await page.getByText('No trouble').waitFor()
  assert.deepEqual(owner.complaints, [])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attachJobCommand, runJobCommand } from '@cloudos/protocol/job-commands'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { createHome } from './home.ts'
import { looksWell } from './looks.ts'
import { openByLink } from './owner-page.ts'

test('what happens elsewhere is told beside what a person types: on the bell, in the title, in a list, and without taking the focus', async () => {
  await using stack = new AsyncDisposableStack()
  const agent = stack.use(await startAgent(stack.use(await createHome())))
  const { context } = stack.use(await launchChromium())
  const owner = await openByLink(context, agent)
  const { page } = owner
  await owner.found()
  await page.getByRole('button', { name: 'What happened', exact: true }).waitFor()
  await owner.openNotes()
  await owner.type('before ')
  const program = { kind: 'builtin', name: 'sample' } as const
  const { jobId } = await agent.call(runJobCommand, { name: 'sample', program })
  await agent.call(attachJobCommand, { jobId })
  const bell = page.getByRole('button', { name: 'What happened: 1 new' })
  await bell.waitFor()
  assert.equal(await page.evaluate('document.activeElement.tagName'), 'TEXTAREA')
  await page.keyboard.type('and after')
  assert.equal(await owner.text(), 'before and after')
  assert.match(await page.title(), /^\(1\) Notes/)
  await bell.click()
  await page.getByRole('dialog').getByRole('link', { name: 'A run has finished' }).waitFor()
  await looksWell(page, 'news')
  assert.match(await page.title(), /^Notes/)
  await page.getByRole('dialog').getByRole('link', { name: 'A run has finished' }).click()
  await page.getByRole('heading', { name: 'sample', level: 1 }).waitFor()
  assert.deepEqual(owner.complaints, [])
})

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { createHome } from './home.ts'
import { openByLink } from './owner-page.ts'
import { startProgram } from './program.ts'

const COMMAND = join(import.meta.dirname, '../../agent/src/cli/main.ts')
const READER = join(import.meta.dirname, '../../docs/read-export.mjs')

test('a person exports everything from Settings, and what comes down is whole and readable without CloudOS', async () => {
  await using stack = new AsyncDisposableStack()
  const home = stack.use(await createHome())
  const agent = stack.use(await startAgent(home))
  const { context } = stack.use(await launchChromium())
  const owner = await openByLink(context, agent)
  const { page } = owner
  await owner.found()
  await page.getByRole('link', { name: 'Settings', exact: true }).click()
  const button = page.getByRole('button', { name: 'Export everything' })
  await button.waitFor()
  const coming = page.waitForEvent('download')
  await button.click()
  const download = await coming
  assert.match(download.suggestedFilename(), /^cloudos-\d{4}-\d\d-\d\d\.jsonl$/)
  const { status, stdout, stderr } = spawnSync(process.execPath, [READER, await download.path()], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  const { counts } = JSON.parse(stdout) as { readonly counts: Readonly<Record<string, number>> }
  assert.equal(counts['device'], 2)
  assert.ok((counts['decision'] ?? 0) > 0)
  const file = join(home.runtimeFolder, 'everything.jsonl')
  const env = { CLOUDOS_HOME: home.folder, XDG_RUNTIME_DIR: home.runtimeFolder }
  const command = await startProgram({ file: process.execPath, args: [COMMAND, 'profile', 'export', file], env })
  assert.deepEqual(await command.ended, { code: 0, signal: null }, command.output())
  assert.equal(spawnSync(process.execPath, [READER, file]).status, 0)
  assert.deepEqual(owner.complaints, [])
})

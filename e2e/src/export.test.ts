import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { eventually } from './eventually.ts'
import { createHome } from './home.ts'
import type { Home } from './home.ts'
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

test('an export is looked at and brought into another profile from Settings, and a file that was changed is refused in words', async () => {
  await using stack = new AsyncDisposableStack()
  const [home, otherHome] = [stack.use(await createHome()), stack.use(await createHome())]
  const agent = stack.use(await startAgent(home))
  const browser = stack.use(await launchChromium())
  const owner = await openByLink(browser.context, agent)
  await owner.found()
  await owner.openNotes()
  await owner.type('Milk, bread')
  await owner.saved()
  const file = join(home.runtimeFolder, 'everything.jsonl')
  const cloudos = (of: Home, ...args: readonly string[]) =>
    startProgram({
      ...{ file: process.execPath, args: [COMMAND, ...args] },
      env: { CLOUDOS_HOME: of.folder, XDG_RUNTIME_DIR: of.runtimeFolder },
    })
  await eventually('an export with the notes in it', async () => {
    const exported = await cloudos(home, 'profile', 'export', file)
    assert.deepEqual(await exported.ended, { code: 0, signal: null }, exported.output())
    return readFileSync(file, 'utf8').includes('Milk, bread') || undefined
  })
  const other = stack.use(await startAgent(otherHome))
  const second = stack.use(await launchChromium())
  const reader = await openByLink(second.context, other)
  const { page } = reader
  await reader.found()
  await page.getByRole('link', { name: 'Settings', exact: true }).click()
  const chosen = page.getByLabel('Export to import')
  const changed = Buffer.from(readFileSync(file, 'utf8').replaceAll('Milk', 'Mild'))
  await chosen.setInputFiles({ name: 'changed.jsonl', mimeType: 'application/jsonl', buffer: changed })
  await page.getByText('The file was changed, or lost lines on the way').waitFor()
  await chosen.setInputFiles(file)
  await page.getByText('This would come. Nothing is changed yet.').waitFor()
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await page.getByText('It is in the profile now').waitFor()
  await reader.openNotes()
  await eventually('the notes in the other profile', async () => (await reader.text()) === 'Milk, bread' || undefined)
  const again = await cloudos(otherHome, 'profile', 'import', file, '--dry-run', '--json')
  assert.deepEqual(await again.ended, { code: 0, signal: null }, again.output())
  assert.match(again.output(), /"added":0/)
  assert.deepEqual([...owner.complaints, ...reader.complaints], [])
})

import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createTemporaryFolder } from '@cloudos/storage-adapters/testing/temporary-folder'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { runCommand } from './command.ts'
import { createHome } from './home.ts'
import type { Home } from './home.ts'
import { looksWell } from './looks.ts'
import { openByLink } from './owner-page.ts'
import { goTo, saveKit } from './ways-in.ts'

/** What the page changes comes to the agent a moment later. */
async function untilWays(home: Home, isSo: (ways: readonly string[]) => boolean): Promise<void> {
  for (let isThere = false; !isThere;)
    isThere = isSo((await runCommand<{ readonly ways: readonly string[] }>(home, 'profile', 'show')).ways)
}

test('a key that a machine keeps for itself stands in Settings with the device it is on, and can be taken out there', async () => {
  await using house = new AsyncDisposableStack()
  const folder = house.use(await createTemporaryFolder()).path
  const home = house.use(await createHome())
  const agent = house.use(await startAgent(home))
  const owner = await openByLink(house.use(await launchChromium()).context, agent)
  const { page } = owner
  await owner.found()
  const words = join(folder, 'words.txt')
  await writeFile(words, (await saveKit(page)).join(' '))
  await untilWays(home, (ways) => ways.includes('phrase'))
  await runCommand(home, 'ways', 'add', 'keychain', '--keep', 'file', '--way-file', words)
  assert.ok((await readdir(join(home.folder, 'keys'))).some((name) => name.endsWith('.kept')))
  await goTo(page, '#/settings')
  const way = page.getByRole('listitem').filter({ hasText: 'Key file of' })
  await way.getByText(/Key that a machine keeps for itself, on .+, added/).waitFor()
  await looksWell(page, 'settings-keychain')
  await way.getByRole('button', { name: /^Test/ }).click()
  await page.getByText('cloudos recover --drill --way keychain').waitFor()
  await looksWell(page, 'test-keychain')
  await page.getByRole('button', { name: 'Close' }).last().click()
  await way.getByRole('button', { name: /^Remove/ }).click()
  await page.getByRole('button', { name: 'Retire it' }).click()
  await way.waitFor({ state: 'detached' })
  await untilWays(home, (ways) => !ways.includes('device-keychain'))
  assert.deepEqual(owner.complaints, [])
})

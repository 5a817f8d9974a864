import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leaveCopy } from '@cloudos/agent/testing/left-copy'
import { house as familyHouse } from '@cloudos/agent/testing/protected-house'
import { wordsFromPhrase } from '@cloudos/crypto/phrase'
import { createTemporaryFolder } from '@cloudos/storage-adapters/testing/temporary-folder'
import type { Page } from 'playwright-core'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { runCommand } from './command.ts'
import { createHome } from './home.ts'
import { looksWell } from './looks.ts'
import { openByLink } from './owner-page.ts'
import { goTo, signInWithWords } from './ways-in.ts'

test('back from the only copy there is, the owner says so once, and until then no way in and no device is added', async () => {
  await using house = new AsyncDisposableStack()
  const folder = house.use(await createTemporaryFolder()).path
  const gone = await familyHouse(1, 71)
  const stick = await leaveCopy(gone, folder, ['all there is'])
  const home = house.use(await createHome())
  const agent = house.use(await startAgent(home))
  const owner = await openByLink(house.use(await launchChromium()).context, agent)
  const { page } = owner
  await page.getByRole('button', { name: 'I have a profile already' }).click()
  await page.getByLabel('Folder').fill(stick)
  await page.getByRole('button', { name: 'Look there' }).click()
  await signInWithWords(page, wordsFromPhrase(gone.phrase))
  await page.getByText('Freshness unproven').waitFor()
  await protectWith(page, 'five unrelated words of mine')
  await page.getByRole('alert').getByText('This waits: what is here came from one copy').waitFor()
  await looksWell(page, 'way-held-back')
  await page.keyboard.press('Escape')
  await goTo(page, '#/devices/add')
  await page.getByText('This waits: what is here came from one copy').waitFor()
  await looksWell(page, 'pairing-held-back')

  await goTo(page, '#/')
  await page.getByRole('button', { name: 'Use this copy' }).click()
  await looksWell(page, 'use-this-copy')
  await page.getByRole('button', { name: 'It is the newest: use it' }).click()
  await page.getByText('Freshness unproven').waitFor({ state: 'detached' })
  await protectWith(page, 'five unrelated words of mine')
  await page.getByText('Protected by a passphrase').waitFor()
  assert.match(JSON.stringify(await runCommand<object>(home, 'audit', 'list')), /recover\.trust/)
  assert.deepEqual(owner.complaints, [])
})

async function protectWith(page: Page, passphrase: string): Promise<void> {
  await goTo(page, '#/settings')
  await page.getByRole('button', { name: 'Protect with a passphrase' }).click()
  await page.getByLabel('Passphrase', { exact: true }).fill(passphrase)
  await page.getByLabel('The same again').fill(passphrase)
  await page.getByRole('button', { name: 'Protect', exact: true }).click()
}

import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createTemporaryFolder } from '@cloudos/storage-adapters/testing/temporary-folder'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { createHome } from './home.ts'
import { isUsableByKeyboard, looksWell } from './looks.ts'
import { openByLink } from './owner-page.ts'
import { goTo, saveKit } from './ways-in.ts'

test('a copy is tested from Storage by the words alone, says how long ago that was, and Recovery shows what opens where and what is missing', async () => {
  await using house = new AsyncDisposableStack()
  const stick = join(house.use(await createTemporaryFolder()).path, 'stick')
  await mkdir(stick)
  const agent = house.use(await startAgent(house.use(await createHome())))
  const owner = await openByLink(house.use(await launchChromium()).context, agent)
  const { page } = owner
  await owner.found()
  await goTo(page, '#/recovery')
  await page.getByText('No way in yet').waitFor()
  await looksWell(page, 'recovery-empty')
  const words = await saveKit(page)
  await owner.openNotes()
  await owner.type('kept twice')
  await owner.saved()
  await goTo(page, '#/storage')
  await page.getByRole('button', { name: 'Add a copy' }).click()
  await page.getByLabel('Folder').fill(stick)
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  const row = page.getByRole('row').filter({ hasText: stick })
  await row.getByText('in step', { exact: true }).waitFor()
  await row.getByText('Never tested').waitFor()
  await goTo(page, '#/recovery')
  await page.getByText('should open, not tested').waitFor()
  await page.getByText('A test of each copy', { exact: true }).waitFor()

  await goTo(page, '#/storage')
  await row.getByRole('button', { name: 'Test' }).click()
  await page
    .getByRole('textbox', { name: 'Recovery words' })
    .fill(words.with(6, words[6] === 'zoo' ? 'zone' : 'zoo').join(' '))
  await page.getByRole('button', { name: 'Test', exact: true }).last().click()
  await page.getByText('Word 7 is not the one on your kit.').waitFor()
  await looksWell(page, 'test-copy')
  await page.getByRole('textbox', { name: 'Recovery words' }).fill(words.join(' '))
  await page.getByRole('button', { name: 'Test', exact: true }).last().click()
  await page.getByText('This copy brings everything back.').waitFor()
  await looksWell(page, 'test-copy-good')
  await page.getByRole('button', { name: 'Close' }).last().click()
  await row.getByText('Tested just now').waitFor()
  await looksWell(page, 'storage-tested')
  await goTo(page, '#/recovery')
  await page.getByText('opened just now').waitFor()
  await looksWell(page, 'recovery')
  await isUsableByKeyboard(page, 'recovery')
  assert.equal(await page.getByText('A test of each copy').count(), 0)
  assert.deepEqual(owner.complaints, [])
})

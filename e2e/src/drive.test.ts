import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listStorageCommand } from '@cloudos/protocol/storage-commands'
import { startFakeDrive } from '@cloudos/storage-adapters/testing/drive/fake-drive'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { eventually } from './eventually.ts'
import { createHome } from './home.ts'
import { looksWell } from './looks.ts'
import { openByLink } from './owner-page.ts'
import { goTo, saveKit } from './ways-in.ts'

/** The whole profile is written, by a program that shares its processor with others. */
const patience = { timeout: 120_000 }

test('a person signs in to a Google Drive from the Storage page, and the copy there keeps in step', async () => {
  await using house = new AsyncDisposableStack()
  const google = house.use(await startFakeDrive())
  const agent = house.use(await startAgent(house.use(await createHome())))
  const owner = await openByLink(house.use(await launchChromium()).context, agent)
  const { page } = owner
  await owner.found()
  await saveKit(page)

  await goTo(page, '#/storage')
  await page.getByRole('button', { name: 'Add a copy' }).click()
  await page.getByText('Google Drive', { exact: true }).click()
  await page.getByText('How to make your own client').click()
  await page.getByLabel('Client ID').fill('somebody@example.org')
  await page.getByLabel('Client secret').fill(google.oauth.clientSecret)
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByText('not your address').waitFor(patience)
  await looksWell(page, 'add-drive')

  const where = google.url + google.oauth.clientId
  await page.getByLabel('Client ID').fill(where)
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  const link = page.getByRole('link', { name: 'Open Google’s page' })
  await link.waitFor(patience)
  await looksWell(page, 'google-asks')
  const popup = page.waitForEvent('popup')
  await link.click()
  const asked = await popup
  await asked.getByText('You can close this page').waitFor(patience)
  await asked.close()

  const row = page.getByRole('row').filter({ hasText: google.oauth.clientId })
  await row.getByText('in step', { exact: true }).waitFor(patience)
  const { media } = await agent.call(listStorageCommand, {})
  const { kind, account, credential } = media.find((one) => one.where === where) ?? assert.fail()
  assert.deepEqual([kind, account, credential], ['drive', google.oauth.email, 'sealed-on-device'])
  assert.ok([...google.space.files.values()].some(({ name }) => name.startsWith('blob-')))

  const genOf = async () =>
    (await agent.call(listStorageCommand, {})).media.find((one) => one.where === where)?.gen ?? 0
  const before = await genOf()
  await owner.openNotes()
  await owner.type('kept at Google too')
  await owner.saved()
  await eventually('a newer copy on the Drive', async () => ((await genOf()) > before ? true : undefined))
  await goTo(page, '#/storage')
  await row.getByText('in step', { exact: true }).waitFor(patience)
  await looksWell(page, 'storage-with-drive')
  assert.deepEqual(owner.complaints, [])
})

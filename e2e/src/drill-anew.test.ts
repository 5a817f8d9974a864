import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addStorageCommand, listStorageCommand } from '@cloudos/protocol/storage-commands'
import { startFakeDrive } from '@cloudos/storage-adapters/testing/drive/fake-drive'
import { S3_KEY, startFakeS3 } from '@cloudos/storage-adapters/testing/fake-s3'
import type { Page } from 'playwright-core'
import { startAgent } from './agent-process.ts'
import type { AgentProcess } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { eventually } from './eventually.ts'
import { createHome } from './home.ts'
import { looksWell } from './looks.ts'
import { openByLink } from './owner-page.ts'
import { goTo, saveKit } from './ways-in.ts'

/** The whole profile is written and read back, by a program that shares its processor with others. */
const patience = { timeout: 120_000 }

test('a test of a copy on a server or a Drive asks anew for what signs in, and says when it went on with what the device keeps', async () => {
  await using house = new AsyncDisposableStack()
  const bucket = house.use(await startFakeS3())
  const google = house.use(await startFakeDrive())
  const agent = house.use(await startAgent(house.use(await createHome())))
  const owner = await openByLink(house.use(await launchChromium()).context, agent)
  const { page } = owner
  await owner.found()
  const words = await saveKit(page)
  const where = `${bucket.url}bucket/cloudos/`
  await agent.call(addStorageCommand, { kind: 's3', where, ...S3_KEY })
  const drive = google.url + google.oauth.clientId
  await addDrive(page, google.oauth.clientSecret, drive)
  await inStep(agent)

  await goTo(page, '#/storage')
  const row = page.getByRole('row').filter({ hasText: where })
  const dialog = page.getByRole('dialog')
  await row.getByRole('button', { name: 'Test', exact: true }).click()
  assert.equal(await dialog.getByLabel('Access key id').inputValue(), S3_KEY.account)
  const key = dialog.getByLabel('Secret access key')
  await key.fill('not the key')
  await dialog.getByRole('button', { name: 'Sign in with this' }).click()
  await dialog.getByText('does not let you in as AKIDEXAMPLE with what you gave now.').waitFor(patience)
  await looksWell(page, 'test-signs-in')
  await key.fill(S3_KEY.secret)
  await key.press('Enter')
  await openWith(page, words)
  await row.getByText('Tested just now, signed in as a new machine would').waitFor()

  await row.getByRole('button', { name: 'Test', exact: true }).click()
  await dialog.getByRole('button', { name: 'Use what this device keeps' }).click()
  await openWith(page, words, 'whether you could without the device is not known yet')
  await row.getByText('with this device’s stored credential, as a new machine would just now').waitFor()

  const driveRow = page.getByRole('row').filter({ hasText: drive })
  await driveRow.getByRole('button', { name: 'Test', exact: true }).click()
  await dialog.getByRole('button', { name: 'Use what this device keeps' }).click()
  await openWith(page, words)
  await driveRow.getByText('never as a new machine would').waitFor()
  await goTo(page, '#/recovery')
  await page.getByText('A test as on a new machine', { exact: true }).waitFor()
  await goTo(page, '#/storage')
  await driveRow.getByRole('button', { name: 'Test', exact: true }).click()
  await dialog.getByLabel('Secret of the OAuth client').fill(google.oauth.clientSecret)
  await dialog.getByRole('button', { name: 'Sign in to Google anew' }).click()
  const before = (await agent.call(listStorageCommand, {})).media.length
  await consent(page)
  await openWith(page, words)
  await driveRow.getByText('Tested just now, signed in as a new machine would').waitFor()
  await looksWell(page, 'storage-drilled')
  assert.equal((await agent.call(listStorageCommand, {})).media.length, before, 'a drill adds nothing')
  await goTo(page, '#/recovery')
  await page.getByText('opened just now').first().waitFor()
  assert.equal(await page.getByText('A test as on a new machine').count(), 0)
  assert.deepEqual(owner.complaints, [])
})

async function addDrive(page: Page, secret: string, where: string): Promise<void> {
  await goTo(page, '#/storage')
  await page.getByRole('button', { name: 'Add a copy' }).click()
  await page.getByText('Google Drive', { exact: true }).click()
  await page.getByLabel('Client ID').fill(where)
  await page.getByLabel('Client secret').fill(secret)
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await consent(page)
  await page.getByRole('dialog').waitFor({ state: 'detached', ...patience })
}

async function consent(page: Page): Promise<void> {
  const link = page.getByRole('link', { name: 'Open Google’s page' })
  await link.waitFor(patience)
  const popup = page.waitForEvent('popup')
  await link.click()
  const asked = await popup
  await asked.getByText('You can close this page').waitFor(patience)
  await asked.close()
}

/** The words come to the agent by the page, and to the copies by the agent. */
async function inStep(agent: AgentProcess): Promise<void> {
  await eventually('both copies are there', async () => {
    const { media } = await agent.call(listStorageCommand, {})
    return media.filter(({ state, gen }) => state === 'kept' && gen > 0).length === 2 ? true : undefined
  })
}

async function openWith(page: Page, words: readonly string[], says = 'the same as here'): Promise<void> {
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Recovery words' }).fill(words.join(' '), patience)
  await dialog.getByRole('button', { name: 'Test', exact: true }).click()
  await dialog.getByText('This copy brings everything back.').waitFor(patience)
  await dialog.getByText(says).waitFor()
  await dialog.getByRole('button', { name: 'Close' }).last().click()
}

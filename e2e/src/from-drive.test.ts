import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listStorageCommand, syncStorageCommand } from '@cloudos/protocol/storage-commands'
import { grantOf } from '@cloudos/storage-adapters/testing/drive/drive-place'
import { startFakeDrive } from '@cloudos/storage-adapters/testing/drive/fake-drive'
import type { FakeDrive } from '@cloudos/storage-adapters/testing/drive/fake-drive'
import type { Page } from 'playwright-core'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { documentStates } from './document-states.ts'
import { createHome } from './home.ts'
import { leaveCopyBehind } from './left-copy.ts'
import { isUsableByKeyboard, looksWell } from './looks.ts'
import { readerOf, untilAllShow } from './notes.ts'
import { openByLink } from './owner-page.ts'
import { signInWithWords } from './ways-in.ts'

const NOTE = 'written before the flood'
/** A whole profile is read, by a program that shares its processor with others. */
const PATIENT = { timeout: 90_000 }

test('with every device gone, a page and a new agent sign in at Google and bring it all back by the words; each refusal has its own words', async () => {
  await using house = new AsyncDisposableStack()
  const google = house.use(await startFakeDrive())
  const elsewhere = house.use(await startFakeDrive())
  const where = google.url + google.oauth.clientId
  const { clientSecret, refreshToken } = grantOf(google)
  const place = {
    kind: 'drive',
    where,
    account: google.oauth.email,
    secret: `${clientSecret} ${refreshToken}`,
  } as const
  const { words, kit, states } = await leaveCopyBehind(NOTE, [place])

  const agent = house.use(await startAgent(house.use(await createHome())))
  const owner = await openByLink(house.use(await launchChromium()).context, agent)
  const { page } = owner
  await page.getByRole('button', { name: 'I have a profile already' }).click()
  await page.getByText('Google Drive', { exact: true }).click()
  await looksWell(page, 'from-drive')
  await isUsableByKeyboard(page, 'from-drive')

  await page.getByLabel('Client ID').fill('GOCSPX-a-secret')
  await page.getByLabel('Client secret').fill(clientSecret)
  await page.getByRole('button', { name: 'Sign in to Google' }).click()
  await says(page, 'Give the whole id of your OAuth client')
  google.oauth.consents = false
  await signIn(page, google, clientSecret)
  await says(page, 'without consent')
  google.oauth.consents = true
  google.oauth.grantsFolder = false
  await signIn(page, google, clientSecret)
  await says(page, 'was not ticked')
  google.oauth.grantsFolder = true
  await signIn(page, google, 'GOCSPX-another')
  await says(page, 'client and its secret together')
  google.refusal = ({ path }) => (path.endsWith('/about') ? { status: 403, reason: 'accessNotConfigured' } : undefined)
  await signIn(page, google, clientSecret)
  await says(page, 'enable the Google Drive API')
  google.refusal = ({ path }) => {
    if (path === '/drive/v3/files') google.oauth.withdrawAll()
    return undefined
  }
  await signIn(page, google, clientSecret)
  await says(page, 'each one ends after 7 days')
  google.refusal = () => undefined
  await signIn(page, elsewhere, elsewhere.oauth.clientSecret)
  await says(page, 'Sign in with the account that holds it')
  await looksWell(page, 'from-drive-nothing-there')

  await page.getByText('Fill this in from part B of your recovery kit').click()
  const file = { name: 'kit.txt', mimeType: 'text/plain', buffer: Buffer.from(kit) }
  await page.getByLabel('Part B, as a file').setInputFiles(file)
  await page.getByRole('button', { name: 'Google Drive' }).click()
  assert.equal(await page.getByLabel('Client ID').inputValue(), where)
  google.oauth.isInTesting = true
  await signIn(page, google, clientSecret)
  await page.getByText(`Signed in to Google as ${google.oauth.email}`).waitFor(PATIENT)
  await page.getByText('Google ends this sign-in on').waitFor()
  await page.getByText('Recovery words', { exact: true }).click(PATIENT)
  await looksWell(page, 'from-drive-found')
  await signInWithWords(page, words)
  await owner.openNotes()
  assert.equal(await untilAllShow([NOTE], [owner, readerOf(agent)]), NOTE)
  assert.deepEqual(await documentStates(agent.home), states)
  const { media } = await agent.call(listStorageCommand, {})
  const kept = media.find(({ kind }) => kind === 'drive') ?? assert.fail()
  assert.deepEqual([kept.where, kept.account, kept.credential], [where, google.oauth.email, 'sealed-on-device'])
  await agent.call(syncStorageCommand, { mediumId: kept.mediumId })
  assert.deepEqual(owner.complaints, [])
})

/** The way of the form, of Google's page in a window of its own, and back. */
async function signIn(page: Page, google: FakeDrive, clientSecret: string): Promise<void> {
  await page.getByLabel('Client ID').fill(google.url + google.oauth.clientId)
  await page.getByLabel('Client secret').fill(clientSecret)
  await page.getByRole('button', { name: 'Sign in to Google' }).click()
  const link = page.getByRole('link', { name: 'Open Google’s page' })
  await link.waitFor(PATIENT)
  const popup = page.waitForEvent('popup')
  await link.click()
  const asked = await popup
  await asked.getByText('You can close this page').waitFor(PATIENT)
  await asked.close()
}

async function says(page: Page, sentence: string): Promise<void> {
  await page.getByRole('alert').getByText(sentence).waitFor(PATIENT)
}

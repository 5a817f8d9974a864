import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { grantOf } from '@cloudos/storage-adapters/testing/drive/drive-place'
import { startFakeDrive } from '@cloudos/storage-adapters/testing/drive/fake-drive'
import type { FakeDrive } from '@cloudos/storage-adapters/testing/drive/fake-drive'
import { createTemporaryFolder } from '@cloudos/storage-adapters/testing/temporary-folder'
import type { Page } from 'playwright-core'
import { buildStale, page as pageProduct } from '../../scripts/build.ts'
import { writeStaticCopy } from '../../scripts/static-copy.ts'
import { launchChromium } from './browser.ts'
import { startFileServer } from './file-server.ts'
import { leaveCopyBehind } from './left-copy.ts'
import { isUsableByKeyboard, looksWell } from './looks.ts'
import { untilAllShow } from './notes.ts'
import { listenForComplaints, ownerOf } from './owner-page.ts'
import { goTo, signInWithWords } from './ways-in.ts'

const NOTE = 'written before the flood'
const PATIENT = { timeout: 60_000 }

test('a page without any agent opens the profile from a Google Drive by the words; no consent, a foreign answer and the wrong account open nothing', async () => {
  await using house = new AsyncDisposableStack()
  await buildStale([pageProduct])
  const google = house.use(await startFakeDrive())
  const empty = house.use(await startFakeDrive())
  const { clientSecret, refreshToken } = grantOf(google)
  const { words, kit } = await leaveCopyBehind(NOTE, [
    {
      kind: 'drive',
      where: google.url + google.oauth.clientId,
      account: google.oauth.email,
      secret: `${clientSecret} ${refreshToken}`,
    },
  ])
  const files = house.use(await createTemporaryFolder()).path
  writeStaticCopy(files, [new URL(google.url).origin, new URL(empty.url).origin])
  for (const name of await readdir(join(files, 'assets')))
    assert.doesNotMatch(await readFile(join(files, 'assets', name), 'latin1'), /gaxios|google-auth-library/, name)
  const server = house.use(await startFileServer(files))
  const here = `${server.origin}/`
  google.oauth.webRedirectUris = [here]
  empty.oauth.webRedirectUris = [here]

  const { context } = house.use(await launchChromium())
  const page = await context.newPage()
  const complaints = listenForComplaints(page)
  await page.goto(here)
  await page.getByRole('button', { name: 'I have a profile already' }).click()
  await page.getByText('Google Drive', { exact: true }).click()
  await page.getByText('How to let this page ask Google').click()
  await page.getByText(here, { exact: true }).waitFor()
  await looksWell(page, 'static-drive')
  await isUsableByKeyboard(page, 'static-drive')
  await page.getByText('Fill this in from part B of your recovery kit').click()
  const file = { name: 'kit.txt', mimeType: 'text/plain', buffer: Buffer.from(kit) }
  await page.getByLabel('Part B, as a file').setInputFiles(file)
  await page.getByRole('button', { name: 'Google Drive' }).click()
  await page.getByLabel('Client ID').fill(google.oauth.webClientId.replace('123456789012', '999999999999'))
  await page.getByRole('button', { name: 'Go to Google' }).click()
  await says(page, 'your kit names a copy of the project 123456789012')

  const before = google.asked.length
  await page.goto(`${here}?forged#access_token=ya29.forged&state=${'ab'.repeat(16)}&token_type=Bearer`)
  await says(page, 'not the answer to a question of this tab')
  assert.equal(page.url(), `${here}?forged#/`)
  assert.equal(google.asked.length, before)
  await looksWell(page, 'static-drive-foreign')
  await page.goto(here)
  await page.getByRole('button', { name: 'I have a profile already' }).click()
  await page.getByText('Google Drive', { exact: true }).click()

  google.oauth.consents = false
  await goThere(page, google)
  await says(page, 'without consent')
  google.oauth.consents = true
  google.oauth.grantsFolder = false
  await goThere(page, google)
  await says(page, 'was not ticked')
  google.oauth.grantsFolder = true
  await goThere(page, empty)
  await says(page, `Google let you in as ${empty.oauth.email}, and no copy of a profile lies there`)
  await goThere(page, google)
  await page.getByText('Recovery words', { exact: true }).click(PATIENT)
  assert.equal(page.url(), `${here}#/`)
  await looksWell(page, 'static-drive-found')
  await signInWithWords(page, words)
  const owner = ownerOf(page, complaints)
  await owner.openNotes()
  await untilAllShow([NOTE], [owner])
  await owner.type(', and after it')
  await owner.saved()
  await goTo(page, '#/storage')
  const row = page.getByRole('row').filter({ hasText: google.oauth.webClientId })
  await row.getByText('in step').waitFor(PATIENT)
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))
  assert.ok(!kept.includes('ya29'), 'no token lies in the storage of the page')

  await page.reload()
  await goTo(page, '#/storage')
  await row.getByText('needs a sign-in').waitFor(PATIENT)
  await looksWell(page, 'static-drive-storage')
  await row.getByRole('button', { name: 'Sign in to Google' }).click()
  await row.getByText('in step').waitFor(PATIENT)
  assert.equal(page.url(), `${here}#/storage`)
  google.oauth.endTokens()
  await owner.openNotes()
  await owner.type(', and later')
  await owner.saved()
  await goTo(page, '#/storage')
  await page.getByText('as each does after an hour').waitFor(PATIENT)
  await row.getByRole('button', { name: 'Sign in to Google' }).click()
  await row.getByText('in step').waitFor(PATIENT)
  assert.deepEqual(complaints, [])
})

/** Fills in the client, and follows Google's page back. */
async function goThere(page: Page, google: FakeDrive): Promise<void> {
  await page.getByLabel('Client ID').fill(google.url + google.oauth.webClientId)
  await page.getByRole('button', { name: 'Go to Google' }).click()
}

async function says(page: Page, sentence: string): Promise<void> {
  await page.getByRole('alert').getByText(sentence).waitFor(PATIENT)
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wordsFromPhrase } from '@cloudos/crypto/phrase'
import type { Page } from 'playwright-core'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { createHome } from './home.ts'
import { untilAllShow } from './notes.ts'
import { openByLink } from './owner-page.ts'
import type { OwnerPage } from './owner-page.ts'

const PASSPHRASE = 'five unrelated words of mine'

test('a second browser signs in with the passphrase and a third with the words, and wrong ones are told apart', async () => {
  await using house = new AsyncDisposableStack()
  const agent = house.use(await startAgent(house.use(await createHome())))
  const open = async (): Promise<OwnerPage> => openByLink(house.use(await launchChromium()).context, agent)
  const first = await open()
  await first.found()
  const words = await saveKit(first.page)
  await goTo(first.page, '#/settings')
  await first.page.getByRole('button', { name: 'Protect with a passphrase' }).click()
  await first.page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE)
  await first.page.getByLabel('The same again').fill(PASSPHRASE)
  await first.page.getByRole('button', { name: 'Protect', exact: true }).click()
  await first.page.getByText('Protected by a passphrase').waitFor()
  await first.openNotes()
  await first.type('from the first ')
  await first.saved()

  const second = await open()
  await second.page.getByRole('button', { name: 'I have a profile already' }).click()
  await signInWithPassphrase(second.page, 'five unrelated words of yours')
  await second.page.getByText('That is not the passphrase of this profile.').waitFor()
  await signInWithPassphrase(second.page, PASSPHRASE)
  await second.openNotes()
  await untilAllShow(['from the first '], [second])
  await second.type('and the second ')
  await untilAllShow(['from the first and the second '], [first, second])

  const third = await open()
  await third.page.getByRole('button', { name: 'I have a profile already' }).click()
  await third.page.getByText('Recovery words', { exact: true }).click()
  await signInWithWords(third.page, wordsFromPhrase(new Uint8Array(32).fill(7)))
  await third.page.getByText('Those are words of another profile').waitFor()
  await signInWithWords(third.page, words)
  await third.openNotes()
  await untilAllShow(['from the first and the second '], [third])
  assert.deepEqual([...first.complaints, ...second.complaints, ...third.complaints], [])
})

/** Has the words shown, and types back those that are asked. */
async function saveKit(page: Page): Promise<readonly string[]> {
  await goTo(page, '#/settings/kit')
  await page.getByRole('button', { name: 'Show the words' }).click()
  const list = page.getByRole('list', { name: 'Recovery words' })
  await list.waitFor()
  const words = (await list.getByRole('listitem').allTextContents()).map((item) => item.replace(/[\d\s]/g, ''))
  await page.getByRole('button', { name: 'I have written the words down' }).click()
  for (const field of await page.getByRole('textbox').all()) {
    const label = await field.evaluate((input: HTMLInputElement) => input.labels?.[0]?.textContent ?? '')
    await field.fill(words[Number(label.replace('Word ', '')) - 1] ?? '')
  }
  await page.getByRole('button', { name: 'Check' }).click()
  await page.getByText('Your recovery words are a way in now.').waitFor()
  return words
}

async function signInWithPassphrase(page: Page, passphrase: string): Promise<void> {
  await page.getByLabel('Passphrase', { exact: true }).last().fill(passphrase)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

async function signInWithWords(page: Page, words: readonly string[]): Promise<void> {
  await page.getByRole('textbox', { name: 'Recovery words' }).fill(words.join(' '))
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate((place) => {
    location.hash = place
  }, hash)
}

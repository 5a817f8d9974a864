import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wordsFromPhrase } from '@cloudos/crypto/phrase'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { createHome } from './home.ts'
import { untilAllShow } from './notes.ts'
import { openByLink } from './owner-page.ts'
import type { OwnerPage } from './owner-page.ts'
import { goTo, saveKit, signInWithPassphrase, signInWithWords } from './ways-in.ts'

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

import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { wordsFromPhrase } from '@cloudos/crypto/phrase'
import type { Page } from 'playwright-core'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { createHome } from './home.ts'
import { untilAllShow } from './notes.ts'
import { openByLink } from './owner-page.ts'
import { goTo, saveKit, signInWithWords } from './ways-in.ts'

test('with every device gone, another browser and another machine get it all back from a folder and the words', async () => {
  await using house = new AsyncDisposableStack()
  const shelf = await mkdtemp(join(tmpdir(), 'cloudos-shelf-'))
  house.defer(() => rm(shelf, { recursive: true, maxRetries: 3 }))
  const stick = join(shelf, 'stick')
  await mkdir(stick)
  const words = await foundAndCopy(stick)

  const agent = house.use(await startAgent(house.use(await createHome())))
  const second = await openByLink(house.use(await launchChromium()).context, agent)
  const { page } = second
  await page.getByRole('button', { name: 'I have a profile already' }).click()
  await lookIn(page, stick)
  await signInWithWords(page, wordsFromPhrase(new Uint8Array(32).fill(7)))
  await page.getByText('Those are words of another profile').waitFor()
  await signInWithWords(page, words)
  await second.openNotes()
  await untilAllShow(['written before the flood'], [second])
  assert.deepEqual(second.complaints, [])
})

/** A household that leaves nothing behind but the folder: browser and agent are gone at the end. Returns the words. */
async function foundAndCopy(stick: string): Promise<readonly string[]> {
  await using house = new AsyncDisposableStack()
  const agent = house.use(await startAgent(house.use(await createHome())))
  const first = await openByLink(house.use(await launchChromium()).context, agent)
  await first.found()
  const words = await saveKit(first.page)
  await first.openNotes()
  await first.type('written before the flood')
  await first.saved()
  await addCopy(first.page, stick)
  return words
}

async function addCopy(page: Page, folder: string): Promise<void> {
  await goTo(page, '#/storage')
  await page.getByText('2 in step').waitFor()
  await page.getByRole('button', { name: 'Add a copy' }).click()
  await page.getByLabel('Folder').fill(folder)
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('listitem').filter({ hasText: folder }).getByText('in step', { exact: true }).waitFor()
}

async function lookIn(page: Page, folder: string): Promise<void> {
  await page.getByLabel('Folder').fill(folder)
  await page.getByRole('button', { name: 'Look there' }).click()
}

import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { wordsFromPhrase } from '@cloudos/crypto/phrase'
import { listDevicesCommand, renameDeviceCommand } from '@cloudos/protocol/device-commands'
import { statusCommand } from '@cloudos/protocol/commands'
import type { Page } from 'playwright-core'
import { startAgent } from './agent-process.ts'
import type { AgentProcess } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { damagedTwin, emptyBeside } from './damage.ts'
import { documentStates } from './document-states.ts'
import { createHome } from './home.ts'
import { looksWell } from './looks.ts'
import { readerOf, untilAllShow } from './notes.ts'
import { openByLink } from './owner-page.ts'
import type { OwnerPage } from './owner-page.ts'
import { goTo, saveKit, signInWithWords } from './ways-in.ts'

const NOTE = 'written before the flood'

test('with every device gone, another browser and another machine get it all back from a folder and the words', async () => {
  await using house = new AsyncDisposableStack()
  const stick = await shelfFor(house, 'stick')
  const { words, states } = await foundAndCopy(stick)
  const { page, agent, owner } = await arrive(house)
  await lookIn(page, stick)
  await page.getByText('Its devices: Chrome on Linux').waitFor()
  await looksWell(page, 'sign-in-from-folder')
  await signInWithWords(page, words)
  await owner.openNotes()
  await untilAllShow([NOTE], [owner, readerOf(agent)])
  assert.deepEqual(await documentStates(agent.home), states)
  await goTo(page, '#/devices')
  await page.getByRole('link', { name: 'cellar box' }).waitFor()
  const { devices } = await agent.call(listDevicesCommand, {})
  assert.deepEqual(devices.map((device) => device.class).sort(), ['agent', 'agent', 'browser', 'browser'])
  await owner.openNotes()
  await owner.type(', and after')
  await untilAllShow([`${NOTE}, and after`], [owner, readerOf(agent)])
  await goTo(page, '#/storage')
  await page
    .getByRole('row')
    .filter({ hasText: stick })
    .getByText(/the disk of /)
    .waitFor()
  await page.getByRole('table', { name: 'Copies in this browser' }).waitFor()
  await looksWell(page, 'storage-with-folder')
  assert.deepEqual(owner.complaints, [])
})

test('on the way in from a folder each thing that is wrong is told in its own words, and the same link leads on', async () => {
  await using house = new AsyncDisposableStack()
  const stick = await shelfFor(house, 'stick')
  const { words } = await foundAndCopy(stick)
  const foreign = await shelfFor(house, 'foreign')
  await foundAndCopy(foreign)
  const { page, owner } = await arrive(house)
  const wrong: readonly (readonly [folder: string, words: string])[] = [
    ['stick', 'Give the whole path of the folder'],
    [`${stick}s`, 'There is no such folder on that device'],
    [join(stick, 'README.txt'), 'That path leads to a file'],
    [await emptyBeside(stick), 'No copy of a profile lies in that folder'],
    [await damagedTwin(stick, 'head'), '(its head)'],
    [await damagedTwin(stick, 'slot'), '(the slots)'],
    [await damagedTwin(stick, 'vault'), 'the sealed vault'],
  ]
  for (const [folder, sentence] of wrong) {
    await lookIn(page, folder)
    await page.getByRole('alert').getByText(sentence).waitFor()
  }
  await looksWell(page, 'folder-refused')
  await lookIn(page, foreign)
  await signInWithWords(page, words)
  await page.getByText('Those are words of another profile').waitFor()
  await lookIn(page, stick)
  await signInWithWords(page, wordsFromPhrase(new Uint8Array(32).fill(7)))
  await page.getByText('Those are words of another profile').waitFor()
  await signInWithWords(page, words)
  await owner.openNotes()
  await untilAllShow([NOTE], [owner])
  assert.deepEqual(owner.complaints, [])
})

async function shelfFor(house: AsyncDisposableStack, name: string): Promise<string> {
  const shelf = await mkdtemp(join(tmpdir(), 'cloudos-shelf-'))
  house.defer(() => rm(shelf, { recursive: true, maxRetries: 3 }))
  await mkdir(join(shelf, name))
  return join(shelf, name)
}

interface LeftInFolder {
  readonly words: readonly string[]
  /** What its documents said. */
  readonly states: Awaited<ReturnType<typeof documentStates>>
}

/** A household that leaves nothing behind but the folder: browser and agent are gone at the end. */
async function foundAndCopy(stick: string): Promise<LeftInFolder> {
  await using house = new AsyncDisposableStack()
  const agent = house.use(await startAgent(house.use(await createHome())))
  const first = await openByLink(house.use(await launchChromium()).context, agent)
  await first.found()
  const { deviceId } = await agent.call(statusCommand, {})
  await agent.call(renameDeviceCommand, { deviceId, name: 'cellar box' })
  const words = await saveKit(first.page)
  await first.openNotes()
  await first.type(NOTE)
  await first.saved()
  await untilAllShow([NOTE], [first, readerOf(agent)])
  await addCopy(first.page, stick)
  return { words, states: await documentStates(agent.home) }
}

async function addCopy(page: Page, folder: string): Promise<void> {
  await goTo(page, '#/storage')
  await page.getByRole('button', { name: 'Add a copy' }).click()
  await page.getByLabel('Folder').fill(folder)
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('row').filter({ hasText: folder }).getByText('in step', { exact: true }).waitFor()
}

interface Newcomer {
  readonly page: Page
  readonly owner: OwnerPage
  readonly agent: AgentProcess
}

/** A machine that never saw the others, with a browser that knows nothing. */
async function arrive(house: AsyncDisposableStack): Promise<Newcomer> {
  const agent = house.use(await startAgent(house.use(await createHome())))
  const owner = await openByLink(house.use(await launchChromium()).context, agent)
  await owner.page.getByRole('button', { name: 'I have a profile already' }).click()
  return { page: owner.page, owner, agent }
}

async function lookIn(page: Page, folder: string): Promise<void> {
  await page.getByLabel('Folder').fill(folder)
  await page.getByRole('button', { name: 'Look there' }).click()
}

import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { addStorageCommand, listStorageCommand, syncStorageCommand } from '@cloudos/protocol/storage-commands'
import { getWaysCommand } from '@cloudos/protocol/way-commands'
import { startFakeGithub } from '@cloudos/storage-adapters/testing/github/fake-github'
import type { FakeGithub } from '@cloudos/storage-adapters/testing/github/fake-github'
import { createTemporaryFolder } from '@cloudos/storage-adapters/testing/temporary-folder'
import type { Page } from 'playwright-core'
import { buildStale, page as pageProduct } from '../../scripts/build.ts'
import { writeStaticCopy } from '../../scripts/static-copy.ts'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { eventually } from './eventually.ts'
import { startFileServer } from './file-server.ts'
import { createHome } from './home.ts'
import { looksWell } from './looks.ts'
import { readerOf, untilAllShow } from './notes.ts'
import { listenForComplaints, openByLink, ownerOf } from './owner-page.ts'
import { goTo, saveKit, signInWithPassphrase, signInWithWords } from './ways-in.ts'

const NOTE = 'written before the flood'
const PASSPHRASE = 'five unrelated words of mine'

test('a page without any agent opens the profile from GitHub by the words, saves what is edited there, and opens offline afterwards', async () => {
  await using house = new AsyncDisposableStack()
  await buildStale([pageProduct])
  const github = house.use(await startFakeGithub())
  const where = `${github.apiUrl}/${github.repository.owner}/${github.repository.repo}`
  const words = await foundAndLeave(where, github.token)
  const files = house.use(await createTemporaryFolder()).path
  writeStaticCopy(files, [github.apiUrl])
  const server = house.use(await startFileServer(files))

  const firstFolder = house.use(await createTemporaryFolder()).path
  const first = await arrive(house, server.origin, firstFolder)
  await lookIn(first.page, where, 'github_pat_of_nobody')
  await first.page.getByRole('alert').getByText('GitHub').waitFor()
  await looksWell(first.page, 'static-refused')
  await lookIn(first.page, 'http://git.example.org/a/b', github.token)
  await first.page.getByRole('alert').getByText('has to begin with https').waitFor()
  await lookIn(first.page, where, github.token)
  await first.page.getByText('Recovery words', { exact: true }).click()
  await looksWell(first.page, 'static-look')
  await signInWithWords(first.page, words)
  await first.owner.openNotes()
  await untilAllShow([NOTE], [first.owner])
  const before = github.git.refs('refs/heads/')
  await first.owner.type(', and after it')
  await first.owner.saved()
  await goTo(first.page, '#/storage')
  await isInStep(first.page, github)
  await looksWell(first.page, 'static-storage')
  await goTo(first.page, '#/devices')
  await first.page.getByRole('row').filter({ hasText: 'this browser' }).first().waitFor()

  const second = await arrive(house, server.origin)
  await lookIn(second.page, where, github.token, true)
  await signInWithPassphrase(second.page, PASSPHRASE)
  await second.owner.openNotes()
  await untilAllShow([`${NOTE}, and after it`], [second.owner])
  await second.page.reload()
  await unlock(second.page)
  await goTo(second.page, '#/storage')
  await isInStep(second.page, github)
  for (const { ref } of github.git.refs('refs/heads/')) github.git.deleteRef(ref)
  for (const { ref, sha } of before) github.git.createRef(ref, sha)
  await second.owner.openNotes()
  await second.owner.type(', and once more')
  await second.owner.saved()
  await goTo(second.page, '#/storage')
  await second.page.getByText('not believed').waitFor({ timeout: 60_000 })
  await looksWell(second.page, 'static-not-believed')
  assert.deepEqual(github.git.refs('refs/heads/'), before)
  await second.page.getByRole('button', { name: 'Use again' }).click()
  await second.page.getByRole('button', { name: 'Overwrite and use again' }).click()
  await isInStep(second.page, github)
  assert.notDeepEqual(github.git.refs('refs/heads/'), before)
  assert.deepEqual(second.complaints, [])

  await github[Symbol.asyncDispose]()
  await first.page.reload()
  await unlock(first.page)
  await first.owner.openNotes()
  await untilAllShow([`${NOTE}, and after it`], [first.owner])
  await goTo(first.page, '#/storage')
  await first.page.getByText('needs its token').waitFor()
  assert.deepEqual(first.complaints, [])
  await first.close()
  assert.equal(await findIn(firstFolder, github.token), undefined)
})

/** A household that leaves nothing behind but what lies in the repository. */
async function foundAndLeave(where: string, secret: string): Promise<readonly string[]> {
  await using house = new AsyncDisposableStack()
  const agent = house.use(await startAgent(house.use(await createHome())))
  const owner = await openByLink(house.use(await launchChromium()).context, agent)
  const { page } = owner
  await owner.found()
  await goTo(page, '#/settings')
  await page.getByRole('button', { name: 'Protect with a passphrase' }).click()
  await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE)
  await page.getByLabel('The same again').fill(PASSPHRASE)
  await page.getByRole('button', { name: 'Protect', exact: true }).click()
  await page.getByText('Protected by a passphrase').waitFor()
  await owner.openNotes()
  await owner.type(NOTE)
  await owner.saved()
  await untilAllShow([NOTE], [owner, readerOf(agent)])
  await agent.call(addStorageCommand, { kind: 'github', where, secret })
  const words = await saveKit(page)
  await eventually('the agent has the words as a way in', async () => {
    const ways = await agent.call(getWaysCommand, {}).catch((cause: unknown) => {
      if (cause instanceof CloudError && cause.code === 'no-copy') return undefined
      throw cause
    })
    return ways?.slots.length === 2 ? true : undefined
  })
  const { media } = await agent.call(listStorageCommand, {})
  for (const { kind, mediumId } of media) if (kind === 'github') await agent.call(syncStorageCommand, { mediumId })
  return words
}

/** A browser that knows nothing, at the page as it lies on a server of files. */
async function arrive(house: AsyncDisposableStack, origin: string, profileFolder?: string) {
  const chromium = house.use(await launchChromium(profileFolder))
  const page = await chromium.context.newPage()
  const complaints = listenForComplaints(page)
  await page.goto(origin)
  await page.getByRole('button', { name: 'I have a profile already' }).click()
  return { page, owner: ownerOf(page, complaints), complaints, close: () => chromium.context.close() }
}

async function lookIn(page: Page, where: string, token: string, remember = false): Promise<void> {
  await page.getByLabel('Repository').fill(where)
  await page.getByLabel('Token', { exact: true }).fill(token)
  await page.getByLabel('Keep the token in this browser').setChecked(remember)
  await page.getByRole('button', { name: 'Look there' }).click()
}

async function unlock(page: Page): Promise<void> {
  await page.getByLabel('Passphrase', { exact: true }).last().fill(PASSPHRASE)
  await page.getByRole('button', { name: 'Unlock', exact: true }).click()
}

async function isInStep(page: Page, github: FakeGithub): Promise<void> {
  const row = page.getByRole('row').filter({ hasText: github.repository.repo })
  await row.getByText('in step').waitFor({ timeout: 60_000 })
}

/** A file below the folder in which the text stands. */
async function findIn(folder: string, text: string): Promise<string | undefined> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const file = join(entry.parentPath, entry.name)
    if (entry.isFile() && (await readFile(file)).includes(text)) return file
  }
  return undefined
}

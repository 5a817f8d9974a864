import assert from 'node:assert/strict'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { addStorageCommand, listStorageCommand, syncStorageCommand } from '@cloudos/protocol/storage-commands'
import { getWaysCommand } from '@cloudos/protocol/way-commands'
import type { NewMedium } from '@cloudos/protocol/storage-commands'
import { S3_KEY, startFakeS3 } from '@cloudos/storage-adapters/testing/fake-s3'
import { startFakeGithub } from '@cloudos/storage-adapters/testing/github/fake-github'
import { createTemporaryFolder } from '@cloudos/storage-adapters/testing/temporary-folder'
import { WEBDAV_ACCOUNT, WEBDAV_PROGRAMS } from '@cloudos/storage-adapters/testing/webdav-servers'
import type { Page } from 'playwright-core'
import { startAgent } from './agent-process.ts'
import type { AgentProcess } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { documentStates } from './document-states.ts'
import { eventually } from './eventually.ts'
import { createHome, findFreePort } from './home.ts'
import type { Home } from './home.ts'
import { isUsableByKeyboard, looksWell } from './looks.ts'
import { readerOf, untilAllShow } from './notes.ts'
import { openByLink } from './owner-page.ts'
import type { OwnerPage } from './owner-page.ts'
import { goTo, saveKit, signInWithPassphrase, signInWithWords } from './ways-in.ts'

const NOTE = 'written before the flood'
const PASSPHRASE = 'five unrelated words of mine'

const program = WEBDAV_PROGRAMS.find(({ missing }) => missing === undefined)
const skip = program === undefined && WEBDAV_PROGRAMS.map(({ missing }) => missing).join('; ')

test(
  'with every device gone, a WebDAV server, a bucket or a repository alone brings it all back, each refusal in its own words',
  { skip },
  async () => {
    await using house = new AsyncDisposableStack()
    const { webdav, s3, github } = await openServers(house)
    const { words, kit, states } = await foundAndCopy([webdav, s3, github])

    const first = await arrive(house)
    await fillFromKit(first.page, kit, `WebDAV: ${webdav.where}`)
    assert.equal(await first.page.getByLabel('User name').inputValue(), WEBDAV_ACCOUNT.account)
    await lookWith(first.page, 'wrong')
    await says(first.page, 'The server does not accept this user name and password.')
    await looksWell(first.page, 'sign-in-webdav-refused')
    await first.page.getByLabel('Address').fill(webdav.where + 'elsewhere/')
    await lookWith(first.page, webdav.secret)
    await says(first.page, 'no copy of a profile lies at that address')
    await first.page.getByLabel('Address').fill('http://cloud.example.org/dav/')
    await lookWith(first.page, webdav.secret)
    await says(first.page, 'Over http:// everybody on the way reads the password.')
    await first.page.getByLabel('Address').fill(`http://127.0.0.1:${String(await findFreePort())}/dav/`)
    await lookWith(first.page, webdav.secret)
    await says(first.page, 'The server does not answer')
    await first.page.getByLabel('Address').fill(webdav.where)
    await lookWith(first.page, webdav.secret)
    await looksWell(first.page, 'sign-in-from-webdav')
    await isUsableByKeyboard(first.page, 'sign-in-from-webdav')
    await chooseWords(first.page)
    await signInWithWords(first.page, words)
    await isBack(first, webdav, states)
    await isProvenBy(first, s3)

    const second = await arrive(house)
    await fillIn(second.page, 'GitHub', { Repository: github.where, Token: 'github_pat_of_nobody' })
    await says(second.page, 'GitHub does not accept this token')
    await lookWith(second.page, github.secret)
    await second.page.getByText('Opens by itself', { exact: true }).click()
    await second.page.getByText('until you protect it in Settings').waitFor()
    await signInWithPassphrase(second.page, PASSPHRASE)
    await isBack(second, github, states)
    await second.page.reload()
    await goTo(second.page, '#/settings')
    await second.page.getByText('Not protected yet').waitFor()

    const third = await arrive(house)
    await fillIn(third.page, 'S3', { Address: s3.where, 'Access key id': 'AKNOBODY', 'Secret access key': s3.secret })
    await says(third.page, 'The server does not accept this access key')
    await third.page.getByLabel('Access key id').fill(S3_KEY.account)
    await lookWith(third.page, s3.secret)
    await chooseWords(third.page)
    await signInWithWords(third.page, words)
    await isBack(third, s3, states)
    await third.page.reload()
    await third.page.getByRole('heading', { name: 'Locked' }).waitFor()
  },
)

type Place = NewMedium & { readonly secret: string }

async function openServers(
  house: AsyncDisposableStack,
): Promise<{ readonly webdav: Place; readonly s3: Place; readonly github: Place }> {
  const shelf = house.use(await createTemporaryFolder())
  const server = house.use(await (program ?? assert.fail()).start(shelf.path))
  const bucket = house.use(await startFakeS3())
  const hub = house.use(await startFakeGithub())
  const { owner, repo } = hub.repository
  return {
    webdav: { kind: 'webdav', where: `${server.url}cloudos/`, ...WEBDAV_ACCOUNT },
    s3: { kind: 's3', where: `${bucket.url}bucket/cloudos/`, ...S3_KEY },
    github: { kind: 'github', where: `${hub.apiUrl}/${owner}/${repo}`, secret: hub.token },
  }
}

interface LeftBehind {
  readonly words: readonly string[]
  /** Part B of the kit, as a text. */
  readonly kit: string
  /** What its documents said. */
  readonly states: DocumentStates
}

type DocumentStates = Awaited<ReturnType<typeof documentStates>>

/** A household that leaves nothing behind but what lies on the servers: browser, agent and home are gone at the end. */
async function foundAndCopy(places: readonly Place[]): Promise<LeftBehind> {
  await using house = new AsyncDisposableStack()
  const home = house.use(await createHome())
  const agent = house.use(await startAgent(home))
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
  for (const place of places) await agent.call(addStorageCommand, place)
  const { media } = await agent.call(listStorageCommand, {})
  assert.equal(media.length, 1 + places.length)
  const kit = await partB(page)
  const words = await saveKit(page)
  await eventually('the agent has the words as a way in', async () => {
    const { slots } = await agent.call(getWaysCommand, {})
    return slots.length === 2 ? true : undefined
  })
  for (const { kind, mediumId } of media) if (kind !== 'device') await agent.call(syncStorageCommand, { mediumId })
  assert.deepEqual(owner.complaints, [])
  const states = await documentStates(home)
  assert.notEqual(states.size, 0)
  return { words, kit, states }
}

async function partB(page: Page): Promise<string> {
  await goTo(page, '#/settings/kit')
  await page.getByRole('button', { name: 'Show the words' }).click()
  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save part B as a file' }).click()
  const text = await readFile(await (await saving).path(), 'utf8')
  await goTo(page, '#/settings')
  return text
}

interface Newcomer {
  readonly page: Page
  readonly owner: OwnerPage
  readonly agent: AgentProcess
  readonly home: Home
}

/** A machine that never saw the others, with a browser that knows nothing. */
async function arrive(house: AsyncDisposableStack): Promise<Newcomer> {
  const home = house.use(await createHome())
  const agent = house.use(await startAgent(home))
  const owner = await openByLink(house.use(await launchChromium()).context, agent)
  await owner.page.getByRole('button', { name: 'I have a profile already' }).click()
  return { page: owner.page, owner, agent, home }
}

async function chooseWords(page: Page): Promise<void> {
  await page.getByText('Recovery words', { exact: true }).click()
}

async function fillFromKit(page: Page, kit: string, place: string): Promise<void> {
  await page.getByText('Fill this in from part B of your recovery kit').click()
  await page.getByLabel('Part B, as a file').setInputFiles({ name: 'kit.txt', mimeType: 'text/plain', buffer: Buffer.from(kit) }) // prettier-ignore
  await looksWell(page, 'sign-in-from-kit')
  await page.getByRole('button', { name: place }).click()
}

async function fillIn(page: Page, kind: string, fields: Readonly<Record<string, string>>): Promise<void> {
  await page.getByText(kind, { exact: true }).click()
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(value)
  await page.getByRole('button', { name: 'Look there' }).click()
}

async function lookWith(page: Page, secret: string): Promise<void> {
  await page.locator('input[type=password]').first().fill(secret)
  await page.getByRole('button', { name: 'Look there' }).click()
}

async function says(page: Page, sentence: string): Promise<void> {
  await page.getByRole('alert').getByText(sentence).waitFor(PATIENT)
}

/** Everything that was written, and the place kept from now on, with what it is signed in to with sealed on the device. */
async function isBack({ owner, agent, home }: Newcomer, place: Place, states: DocumentStates): Promise<void> {
  await owner.openNotes()
  assert.equal(await untilAllShow([NOTE], [owner, readerOf(agent)]), NOTE)
  assert.deepEqual(await documentStates(home), states)
  const { media } = await agent.call(listStorageCommand, {})
  const kept = media.find(({ kind }) => kind === place.kind) ?? assert.fail()
  assert.deepEqual([kept.where, kept.account, kept.credential], [place.where, place.account, 'sealed-on-device'])
  await agent.call(syncStorageCommand, { mediumId: kept.mediumId })
  for (const folder of [home.folder, join(home.folder, 'log'), join(home.folder, 'audit')])
    assert.equal(await findIn(folder, place.secret), undefined)
  assert.deepEqual(owner.complaints, [])
}

/** An empty place proves nothing of the copy that all came from; another one in which a copy lay does. */
async function isProvenBy({ page, agent, home }: Newcomer, other: Place): Promise<void> {
  await goTo(page, '#/')
  const note = page.getByText('Freshness unproven')
  await note.waitFor()
  await looksWell(page, 'freshness-unproven')
  const empty = join(home.folder, '..', 'empty')
  await mkdir(empty)
  const { mediumId } = await agent.call(addStorageCommand, { kind: 'folder', where: empty })
  await agent.call(syncStorageCommand, { mediumId })
  assert.ok(await note.isVisible())
  await agent.call(addStorageCommand, other)
  await note.waitFor({ state: 'detached' })
}

/** The file of a folder in which the text stands. */
async function findIn(folder: string, text: string): Promise<string | undefined> {
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isFile() && (await readFile(join(folder, entry.name))).includes(text)) return entry.name
  return undefined
}

/** A server that does not answer is asked a few times before it is given up. */
const PATIENT = { timeout: 90_000 }

import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { listStorageCommand } from '@cloudos/protocol/storage-commands'
import { createTemporaryFolder } from '@cloudos/storage-adapters/testing/temporary-folder'
import { WEBDAV_ACCOUNT, WEBDAV_PROGRAMS } from '@cloudos/storage-adapters/testing/webdav-servers'
import type { Page } from 'playwright-core'
import { startAgent } from './agent-process.ts'
import type { AgentProcess } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { createHome } from './home.ts'
import { looksWell } from './looks.ts'
import { readerOf, untilAllShow } from './notes.ts'
import { openByLink } from './owner-page.ts'
import { goTo, saveKit, signInWithWords } from './ways-in.ts'

const program = WEBDAV_PROGRAMS.find(({ missing }) => missing === undefined)
const skip = program === undefined && WEBDAV_PROGRAMS.map(({ missing }) => missing).join('; ')
/** A server that failed is asked again within a minute. */
const patience = { timeout: 120_000 }

test(
  'a copy on a WebDAV server is refused, added, goes away, catches up, and brings everything back',
  { skip },
  async () => {
    assert.ok(program)
    await using house = new AsyncDisposableStack()
    const shelf = house.use(await createTemporaryFolder())
    let server = await program.start(shelf.path)
    house.defer(() => server[Symbol.asyncDispose]())
    const home = house.use(await createHome())
    const agent = house.use(await startAgent(home))
    const owner = await openByLink(house.use(await launchChromium()).context, agent)
    const { page } = owner
    await owner.found()
    const words = await saveKit(page)
    await owner.openNotes()
    await owner.type('one')
    await owner.saved()
    await untilAllShow(['one'], [owner, readerOf(agent)])

    const address = `${server.url}cloudos/`
    await offer(page, { address, password: 'wrong' })
    await page.getByText('does not accept the user name or the password').waitFor()
    await looksWell(page, 'add-copy-refused')
    await page.getByLabel('Password').fill(WEBDAV_ACCOUNT.secret)
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    const row = page.getByRole('row').filter({ hasText: address })
    await row.getByText('in step', { exact: true }).waitFor(patience)
    const { media } = await agent.call(listStorageCommand, {})
    const { kind, account, credential } = media.find(({ where }) => where === address) ?? assert.fail()
    assert.deepEqual([kind, account, credential], ['webdav', WEBDAV_ACCOUNT.account, 'sealed-on-device'])
    await looksWell(page, 'storage-with-webdav')

    await server[Symbol.asyncDispose]()
    await owner.openNotes()
    await owner.type(', two')
    await owner.saved()
    await untilAllShow(['one, two'], [owner, readerOf(agent)])
    await goTo(page, '#/storage')
    await row.getByText('away', { exact: true }).waitFor(patience)
    server = await program.start(shelf.path, Number(new URL(server.url).port))
    await row.getByText('in step', { exact: true }).waitFor(patience)
    for (const place of [home.folder, join(home.folder, 'log'), join(home.folder, 'audit')])
      assert.equal(await findIn(place, WEBDAV_ACCOUNT.secret), undefined)
    assert.deepEqual(owner.complaints, [])

    const elsewhere = house.use(await startAgent(house.use(await createHome())))
    await arriveAt(house, elsewhere, { folder: join(shelf.path, 'served', 'cloudos'), words })
  },
)

async function offer(page: Page, { address, password }: { address: string; password: string }): Promise<void> {
  await goTo(page, '#/storage')
  await page.getByRole('button', { name: 'Add a copy' }).click()
  await page.getByText('WebDAV', { exact: true }).click()
  await page.getByLabel('Address').fill(address)
  await page.getByLabel('User name').fill(WEBDAV_ACCOUNT.account)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Add', exact: true }).click()
}

/** What lies on the server is laid out as a folder: whoever has the disk of it has the copy. */
async function arriveAt(
  house: AsyncDisposableStack,
  agent: AgentProcess,
  { folder, words }: { readonly folder: string; readonly words: readonly string[] },
): Promise<void> {
  const owner = await openByLink(house.use(await launchChromium()).context, agent)
  await owner.page.getByRole('button', { name: 'I have a profile already' }).click()
  await owner.page.getByLabel('Folder').fill(folder)
  await owner.page.getByRole('button', { name: 'Look there' }).click()
  await signInWithWords(owner.page, words)
  await owner.openNotes()
  await untilAllShow(['one, two'], [owner, readerOf(agent)])
}

/** The file of a folder in which the text stands. */
async function findIn(folder: string, text: string): Promise<string | undefined> {
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isFile() && (await readFile(join(folder, entry.name))).includes(text)) return entry.name
  return undefined
}

import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { statusCommand } from '@cloudos/protocol/commands'
import { listStorageCommand } from '@cloudos/protocol/storage-commands'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { eventually } from './eventually.ts'
import { createHome } from './home.ts'
import { looksWell } from './looks.ts'
import { readerOf, untilAllShow } from './notes.ts'
import { openByLink } from './owner-page.ts'
import { goTo, saveKit } from './ways-in.ts'

test('a copy that shows less than it has shown is not believed, is not written to, and is used again only at the owner’s word', async () => {
  await using house = new AsyncDisposableStack()
  const shelf = await mkdtemp(join(tmpdir(), 'cloudos-shelf-'))
  house.defer(() => rm(shelf, { recursive: true, maxRetries: 3 }))
  const [stick, backup] = [join(shelf, 'stick'), join(shelf, 'backup')]
  await mkdir(stick)
  const agent = house.use(await startAgent(house.use(await createHome())))
  const owner = await openByLink(house.use(await launchChromium()).context, agent)
  const { page, complaints } = owner
  await owner.found()
  await saveKit(page)
  const row = page.getByRole('row').filter({ hasText: stick })
  const genOf = async (): Promise<number> => {
    const { media } = await agent.call(listStorageCommand, {})
    return media.find(({ where }) => where === stick)?.gen ?? 0
  }
  const write = async (words: string): Promise<void> => {
    await owner.openNotes()
    await owner.type(words)
    await owner.saved()
    await goTo(page, '#/storage')
  }

  await goTo(page, '#/storage')
  await page.getByRole('button', { name: 'Add a copy' }).click()
  await page.getByLabel('Folder').fill(stick)
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await row.getByText('in step', { exact: true }).waitFor()
  await cp(stick, backup, { recursive: true })
  const before = await genOf()
  await write('written after the backup')
  await eventually('the copy has it', async () => ((await genOf()) > before ? true : undefined))

  await rm(stick, { recursive: true })
  await cp(backup, stick, { recursive: true })
  const restored = await filesIn(stick)
  await write(', and once more')
  await row.getByText('not believed').waitFor()
  await looksWell(page, 'copy-not-believed')
  assert.deepEqual(await filesIn(stick), restored)

  const { deviceId } = await agent.call(statusCommand, {})
  await goTo(page, `#/devices/${deviceId}/details`)
  await page.getByRole('button', { name: 'Check now' }).click()
  await page.getByText('No. The profile would be lost with it.').waitFor()
  await page.getByText('notes: would be lost').waitFor()
  await looksWell(page, 'wipe-check')

  await goTo(page, '#/storage')
  await page.getByRole('button', { name: 'Use again' }).click()
  await page.getByRole('button', { name: 'Overwrite and use again' }).click()
  await row.getByText('in step', { exact: true }).waitFor()
  await untilAllShow(['written after the backup, and once more'], [readerOf(agent)])
  assert.notDeepEqual(await filesIn(stick), restored)
  assert.deepEqual(complaints, [])
})

async function filesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder, { recursive: true })).sort()
}

import assert from 'node:assert/strict'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { dropHeads, rotPacks, writeNewerHead } from '@cloudos/agent/testing/spoilt-copy'
import { createSigner } from '@cloudos/crypto/signature'
import { addStorageCommand } from '@cloudos/protocol/storage-commands'
import { createTemporaryFolder } from '@cloudos/storage-adapters/testing/temporary-folder'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { createHome } from './home.ts'
import { looksWell } from './looks.ts'
import { openByLink } from './owner-page.ts'
import { goTo, saveKit } from './ways-in.ts'

/** Reading a copy takes its time on a machine that does other things too. */
const patience = { timeout: 60_000 }

test('a test of a copy on Storage tells apart a folder that is gone, a damaged object, a newer version and nothing there', async () => {
  await using house = new AsyncDisposableStack()
  const { path } = house.use(await createTemporaryFolder())
  const agent = house.use(await startAgent(house.use(await createHome())))
  const owner = await openByLink(house.use(await launchChromium()).context, agent)
  const { page } = owner
  await owner.found()
  const words = await saveKit(page)
  const signer = createSigner(new Uint8Array(32).fill(7))
  const spoils: readonly (readonly [name: string, says: RegExp, spoil: (stick: string) => unknown])[] = [
    ['gone', /needs no password: the disk itself is the key/, (stick) => rm(stick, { recursive: true })],
    ['newer', /written by a newer CloudOS/, (stick) => writeNewerHead(stick, signer)],
    ['nothing', /No copy of a profile/, dropHeads],
    ['damaged', /cannot be read, first [0-9a-f]{64}/, rotPacks],
  ]
  for (const [name, says, spoil] of spoils) {
    const stick = join(path, name)
    await mkdir(stick)
    await agent.call(addStorageCommand, { kind: 'folder', where: stick })
    await goTo(page, '#/storage')
    const row = page.getByRole('row').filter({ hasText: stick })
    await row.getByText('in step', { exact: true }).waitFor(patience)
    await spoil(stick)
    await row.getByRole('button', { name: 'Test', exact: true }).click()
    const dialog = page.getByRole('dialog')
    if (name === 'damaged') {
      await dialog.getByRole('textbox', { name: 'Recovery words' }).fill(words.join(' '), patience)
      await dialog.getByRole('button', { name: 'Test', exact: true }).click()
    }
    await dialog.getByText('This copy would not bring everything back now.').waitFor(patience)
    await dialog.getByText(says).waitFor()
    await looksWell(page, `test-copy-${name}`)
    await dialog.getByRole('button', { name: 'Close' }).last().click()
  }
  assert.deepEqual(owner.complaints, [])
})

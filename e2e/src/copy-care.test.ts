import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { listAuditCommand } from '@cloudos/protocol/audit-commands'
import { listDevicesCommand } from '@cloudos/protocol/device-commands'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { createHome } from './home.ts'
import { looksWell } from './looks.ts'
import { openByLink } from './owner-page.ts'
import { goTo, saveKit } from './ways-in.ts'

test('a copy whose objects are lost is put right and says so, says how full its disk is, and any device can be asked about being wiped', async () => {
  await using house = new AsyncDisposableStack()
  const shelf = await mkdtemp(join(tmpdir(), 'cloudos-shelf-'))
  house.defer(() => rm(shelf, { recursive: true, maxRetries: 3 }))
  const stick = join(shelf, 'stick')
  await mkdir(stick)
  const agent = house.use(await startAgent(house.use(await createHome())))
  const owner = await openByLink(house.use(await launchChromium()).context, agent)
  const { page, complaints } = owner
  await owner.found()
  await saveKit(page)
  const row = page.getByRole('row').filter({ hasText: stick })

  await goTo(page, '#/storage')
  await page.getByRole('button', { name: 'Add a copy' }).click()
  await page.getByLabel('Folder').fill(stick)
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await row.getByText('in step', { exact: true }).waitFor()
  await row.getByText(/iB of .*iB used, .*iB free/).waitFor()
  for (const blob of await readdir(join(stick, 'b'))) await rm(join(stick, 'b', blob))
  await row.getByRole('button', { name: 'Sync now' }).click()
  await row.getByText(/Mended 1 object, /).waitFor()
  await row.getByText('in step', { exact: true }).waitFor()
  await page.getByRole('listitem').filter({ hasText: 'kept by' }).getByText('in step').waitFor()
  await page.getByText('not safe yet').waitFor()
  await looksWell(page, 'copy-mended')
  assert.notEqual((await readdir(join(stick, 'b'))).length, 0)
  const { entries } = await agent.call(listAuditCommand, {})
  assert.ok(entries.some(({ action, actor }) => action === 'storage.mend' && actor === 'agent'))

  const { devices } = await agent.call(listDevicesCommand, {})
  const browser = devices.find((device) => device.class === 'browser')
  await goTo(page, `#/devices/${browser?.deviceId ?? ''}/details`)
  await page.getByRole('button', { name: 'Check now' }).click()
  await page.getByText('notes: only one place would be left, the disk of ').waitFor()
  await looksWell(page, 'wipe-check-of-another')
  assert.deepEqual(complaints, [])
})

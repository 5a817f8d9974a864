import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getWaysCommand } from '@cloudos/protocol/way-commands'
import type { Page } from 'playwright-core'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { eventually } from './eventually.ts'
import { createHome } from './home.ts'
import { looksWell } from './looks.ts'
import { openByLink } from './owner-page.ts'
import type { OwnerPage } from './owner-page.ts'
import { createKeys, putWallets } from './test-wallets.ts'

const PASSPHRASE = 'five unrelated words of mine'
const [mine] = createKeys(1)
assert.ok(mine)

test('a browser that opens by itself is told of a revocation elsewhere, and signs in again with the passphrase that is left', async () => {
  await using house = new AsyncDisposableStack()
  const agent = house.use(await startAgent(house.use(await createHome())))
  const open = async (): Promise<OwnerPage> => {
    const { context } = house.use(await launchChromium())
    await putWallets(context, [{ name: 'Glow', temper: 'normal', keys: [mine] }])
    return openByLink(context, agent)
  }
  const first = await open()
  await first.page.getByRole('button', { name: 'Sign in with Glow' }).click()
  await first.page.getByText('This computer is one of your devices').waitFor()
  await goTo(first.page, '#/settings')
  await first.page.getByRole('button', { name: 'Add a passphrase' }).click()
  await first.page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE)
  await first.page.getByLabel('The same again').fill(PASSPHRASE)
  await first.page.getByRole('button', { name: 'Protect', exact: true }).click()
  await first.page.getByText('Your passphrase opens your profile from now on.').waitFor()

  await eventually('the agent has both ways in', async () => {
    const { slots } = await agent.call(getWaysCommand, {})
    return slots.length === 2 ? true : undefined
  })
  const { page, complaints } = await open()
  await page.getByRole('button', { name: 'I have a profile already' }).click()
  await page.getByText('Wallet', { exact: true }).click()
  await page.getByRole('button', { name: 'Sign in with Glow' }).click()
  await page.getByRole('link', { name: 'Settings' }).first().waitFor()
  await goTo(page, '#/settings')
  await page.getByRole('button', { name: 'Let this browser open by itself' }).click()
  await page.getByText('Not protected yet').waitFor()

  await first.page.getByRole('button', { name: /^Remove Glow/ }).click()
  await first.page.getByText('Revoke', { exact: true }).click()
  await first.page.getByRole('button', { name: 'Revoke it' }).click()
  await first.page.getByText(/^Glow .* is revoked\.$/).waitFor()

  await page.getByText('A way in was revoked in another browser').waitFor()
  await page.getByRole('button', { name: 'Sign in again' }).click()
  await page.getByRole('dialog').waitFor()
  await looksWell(page, 'sign-in-again')
  await page.getByRole('dialog').getByLabel('Passphrase', { exact: true }).last().fill(PASSPHRASE)
  await page.getByRole('dialog').getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByText('This browser has the new keys.').waitFor()
  await page.getByText('A way in was revoked in another browser').waitFor({ state: 'detached' })
  assert.deepEqual([...first.complaints, ...complaints], [])
})

async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate((place) => {
    location.hash = place
  }, hash)
}

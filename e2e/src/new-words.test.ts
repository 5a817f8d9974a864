import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { createHome } from './home.ts'
import { looksWell } from './looks.ts'
import { openByLink } from './owner-page.ts'
import { goTo, saveKit } from './ways-in.ts'

const PASSPHRASE = 'five unrelated words of mine'

test('recovery words in wrong hands are revoked with themselves, new ones take their place, and the built-in wallet is another', async () => {
  await using house = new AsyncDisposableStack()
  const agent = house.use(await startAgent(house.use(await createHome())))
  const owner = await openByLink(house.use(await launchChromium()).context, agent)
  const { page } = owner
  await owner.found()
  const old = await saveKit(page)
  await goTo(page, '#/settings')
  await page.getByRole('button', { name: 'Protect with a passphrase' }).click()
  await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE)
  await page.getByLabel('The same again').fill(PASSPHRASE)
  await page.getByRole('button', { name: 'Protect', exact: true }).click()
  await page.getByText('Protected by a passphrase').waitFor()
  const address = page.getByRole('group', { name: 'Address of the built-in wallet' })
  const before = await address.textContent()
  assert.match(before ?? '', /^[1-9A-HJ-NP-Za-km-z]{32,44}$/)
  await looksWell(page, 'settings-wallet-address')
  await page.getByRole('button', { name: 'Copy: Address of the built-in wallet' }).waitFor()

  await page.getByRole('button', { name: 'Remove Recovery words' }).click()
  await page.getByText('Revoke', { exact: true }).click()
  await page.getByText('They are lost', { exact: true }).click()
  await page.getByText('Their recovery key stays.').waitFor()
  await looksWell(page, 'revoke-lost-words')
  await page.getByText('I have them', { exact: true }).click()
  const field = page.getByRole('dialog').getByLabel('Recovery words')
  await field.fill(old.with(3, 'abandom').join(' '))
  await page.getByRole('button', { name: 'Revoke it' }).click()
  await page.getByRole('alert').filter({ hasText: 'Word 4, “abandom”' }).waitFor()
  await looksWell(page, 'revoke-words')
  await field.fill(old.join(' '))
  await page.getByRole('button', { name: 'Revoke it' }).click()
  await page.getByRole('button', { name: 'Show the words' }).waitFor()
  const fresh = await saveKit(page)
  assert.notDeepEqual(fresh, old)

  await goTo(page, '#/settings')
  assert.notEqual(await address.textContent(), before)
  await page.reload()
  await page.getByRole('heading', { name: 'Locked' }).waitFor()
  await page.getByText('Recovery words', { exact: true }).click()
  await page.getByRole('textbox', { name: 'Recovery words' }).fill(old.join(' '))
  await page.getByRole('button', { name: 'Unlock' }).click()
  await page.getByText('Those are words of another profile').waitFor()
  await page.getByRole('textbox', { name: 'Recovery words' }).fill(fresh.join(' '))
  await page.getByRole('button', { name: 'Unlock' }).click()
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
  assert.deepEqual(owner.complaints, [])
})

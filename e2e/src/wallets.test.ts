import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startAgent } from './agent-process.ts'
import { launchChromium } from './browser.ts'
import { createHome } from './home.ts'
import { looksWell } from './looks.ts'
import { openByLink } from './owner-page.ts'
import { createKeys, putWallets } from './test-wallets.ts'
import { goTo } from './ways-in.ts'

const [hard, mine, odd] = createKeys(3)
assert.ok(hard && mine && odd)

test('a wallet that signs transactions only founds a profile by one that is never sent, a second wallet opens it too, and one that cannot leads on', async () => {
  await using house = new AsyncDisposableStack()
  const agent = house.use(await startAgent(house.use(await createHome())))
  const { context } = house.use(await launchChromium())
  await putWallets(context, [
    { name: 'Stone', temper: 'no-messages', keys: [hard], signsTransactions: true },
    { name: 'Glow', temper: 'normal', keys: [mine], signsTransactions: true },
    { name: 'Boasty', temper: 'rejects-messages', keys: [odd] },
    { name: 'Greedy', temper: 'changes-transactions', keys: [odd], signsTransactions: true },
  ])
  const owner = await openByLink(context, agent)
  const { page } = owner
  await page.getByRole('button', { name: 'Sign in with a wallet' }).click()
  await page.getByRole('button', { name: 'Sign in with Greedy' }).click()
  await page.getByRole('button', { name: 'Use a transaction that is never sent' }).click()
  await page.getByRole('alert').filter({ hasText: 'changed the transaction before it signed it' }).waitFor()
  await page.getByRole('button', { name: 'Sign in with Stone' }).click()
  await page.getByRole('alert').filter({ hasText: 'cannot sign messages for this account' }).waitFor()
  await looksWell(page, 'welcome-memo-offer')
  await page.getByRole('button', { name: 'Use a transaction that is never sent' }).click()
  await page.getByText('This computer is one of your devices').waitFor()
  await owner.openNotes()
  await owner.type('by a memo ')
  await owner.saved()

  await goTo(page, '#/settings')
  await page.getByText('Protected by a wallet').waitFor()
  await page.getByText('untried on hardware').waitFor()
  await page.getByRole('button', { name: 'Add a wallet' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Use Boasty' }).click()
  await dialog.getByRole('alert').filter({ hasText: 'and then refused to' }).waitFor()
  assert.equal(await dialog.getByRole('button', { name: 'Use a transaction that is never sent' }).count(), 0)
  await looksWell(page, 'add-wallet-refused')
  await dialog.getByRole('button', { name: 'Add a passphrase' }).click()
  await page.getByRole('dialog').getByLabel('The same again').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Add a wallet' }).click()
  await dialog.getByRole('button', { name: 'Use Glow' }).click()
  await page.getByText(/^Glow .* opens your profile from now on\.$/).waitFor()
  await looksWell(page, 'settings-two-wallets')

  for (const name of ['Stone', 'Glow']) {
    await page.reload()
    await page.getByRole('heading', { name: 'Locked' }).waitFor()
    await page.getByRole('button', { name: 'Unlock with Boasty' }).click()
    await page.getByRole('alert').filter({ hasText: 'and then refused to' }).waitFor()
    await page.getByText('can add another way in Settings').waitFor()
    await page.getByRole('button', { name: `Unlock with ${name}` }).click()
    await owner.openNotes()
    assert.equal(await owner.text(), 'by a memo ')
  }
  await goTo(page, '#/settings')
  await page.getByRole('button', { name: /^Test Stone/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Test with Stone' }).click()
  await page.getByText('It opens your profile.').waitFor()
  assert.deepEqual(owner.complaints, [])
})

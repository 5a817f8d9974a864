import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { startAgent } from './agent-process.ts'
import { putAuthenticator } from './authenticator.ts'
import { launchChromium } from './browser.ts'
import { createHome } from './home.ts'
import { isUsableByKeyboard, looksWell } from './looks.ts'
import { untilAllShow } from './notes.ts'
import { openByLink } from './owner-page.ts'
import type { OwnerPage } from './owner-page.ts'
import { createKeys, putWallets } from './test-wallets.ts'
import type { PutIn } from './test-wallets.ts'

const [mine, other] = createKeys(2)
assert.ok(mine && other)

test('a wallet founds a profile that opens with it and with no other wallet', async () => {
  await using house = new AsyncDisposableStack()
  const { owner, page } = await openWith(house, [
    { name: 'Glow', temper: 'normal', keys: [mine] },
    { name: 'Ember', temper: 'normal', keys: [other] },
  ])
  await looksWell(page, 'welcome-wallets')
  await page.getByRole('button', { name: 'Sign in with a wallet' }).click()
  await looksWell(page, 'welcome-choose-wallet')
  await page.getByRole('button', { name: 'Sign in with Glow' }).click()
  await page.getByText('This computer is one of your devices').waitFor()
  await owner.openNotes()
  await owner.type('signed in ')
  await owner.saved()
  await goTo(page, '#/settings')
  await page.getByText('Protected by a wallet').waitFor()
  await page
    .getByText(`Glow ${mine.address.slice(0, 4)}…${mine.address.slice(-4)}`)
    .first()
    .waitFor()

  await looksWell(page, 'settings-ways')
  await page.getByRole('button', { name: /^Remove Glow/ }).click()
  await looksWell(page, 'remove-way')
  await page.keyboard.press('Escape')

  await page.reload()
  await page.getByRole('heading', { name: 'Locked' }).waitFor()
  await page.getByRole('button', { name: 'Unlock with Ember' }).click()
  await page.getByText('This account of Ember opens nothing here.').waitFor()
  await looksWell(page, 'unlock-wrong-wallet')
  await page.getByRole('button', { name: 'Unlock with Glow' }).click()
  await owner.openNotes()
  assert.equal(await owner.text(), 'signed in ')
  assert.deepEqual(owner.complaints, [])
})

test('each wallet that cannot be a way in is refused in its own words, and nothing is kept of it', async () => {
  await using house = new AsyncDisposableStack()
  const [first] = createKeys(1)
  assert.ok(first)
  const odd: readonly (readonly [PutIn, RegExp])[] = [
    [{ name: 'Dicey', temper: 'not-deterministic', keys: [first] }, /signs the same words differently each time/],
    [{ name: 'Ledgerly', temper: 'no-messages', keys: [first] }, /cannot sign messages for this account/],
    [{ name: 'Boasty', temper: 'rejects-messages', keys: [first] }, /says that it signs messages, and then refused to/],
    [{ name: 'Switchy', temper: 'changes-account', keys: [first, other] }, /The account in Switchy changed in between/],
    [{ name: 'Twoface', temper: 'signs-with-another', keys: [first, other] }, /does not fit its account/],
    [{ name: 'Chatty', temper: 'own-sign-in', keys: [first] }, /words that CloudOS did not ask for/],
    [{ name: 'Shy', temper: 'declines', keys: [first] }, /You declined in Shy/],
  ]
  const { owner, page } = await openWith(
    house,
    odd.map(([wallet]) => wallet),
  )
  await page.getByRole('button', { name: 'Sign in with a wallet' }).click()
  for (const [{ name }, words] of odd) {
    await page.getByRole('button', { name: `Sign in with ${name}` }).click()
    await page.getByRole('alert').filter({ hasText: words }).waitFor()
  }
  await looksWell(page, 'welcome-refused-wallet')
  await page.getByRole('button', { name: 'Back' }).click()
  await owner.found()
  await goTo(page, '#/settings')
  await page.getByRole('button', { name: 'Add a wallet' }).click()
  for (const [{ name }, words] of odd.filter(([{ temper }]) => temper !== 'own-sign-in')) {
    await page
      .getByRole('dialog')
      .getByRole('button', { name: `Use ${name}` })
      .click()
    await page.getByRole('alert').filter({ hasText: words }).waitFor()
  }
  await page.keyboard.press('Escape')
  await page.getByText('Not protected yet').waitFor()
  assert.deepEqual(owner.complaints, [])
})

test('a passkey is added, locks this browser and opens it again, and one that keeps no secret is refused', async () => {
  await using house = new AsyncDisposableStack()
  const { owner, page } = await openWith(house, [])
  await owner.found()
  await goTo(page, '#/settings')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  // Looking ends the virtual authenticator, so it comes after.
  await looksWell(page, 'add-passkey')
  await putAuthenticator(page, { hasPrf: true })
  await page.getByLabel('Name').fill('This laptop')
  await page.getByRole('button', { name: 'Make the passkey' }).click()
  await page.getByText('Protected by a passkey').waitFor()
  await page.getByRole('button', { name: 'Test This laptop' }).click()
  await page.getByRole('button', { name: 'Test with a passkey' }).click()
  await page.getByText('It opens your profile.').waitFor()
  await page.getByRole('button', { name: 'Close' }).first().click()
  await page.getByRole('button', { name: 'Lock now' }).first().click()
  await page.getByRole('heading', { name: 'Locked' }).waitFor()
  await page.getByRole('button', { name: 'Unlock with a passkey' }).click()
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
  assert.deepEqual(owner.complaints, [])

  const plain = await openWith(house, [])
  await plain.owner.found()
  await putAuthenticator(plain.page, { hasPrf: false })
  await goTo(plain.page, '#/settings')
  await plain.page.getByRole('button', { name: 'Add a passkey' }).click()
  await plain.page.getByRole('button', { name: 'Make the passkey' }).click()
  await plain.page.getByRole('alert').filter({ hasText: 'lacks PRF' }).waitFor()
})

test('a way in is retired or revoked with its meaning said, the last that protects stays, and a browser may open by itself again', async () => {
  await using house = new AsyncDisposableStack()
  const { owner, page } = await openWith(house, [{ name: 'Glow', temper: 'normal', keys: [mine] }])
  await page.getByRole('button', { name: 'Sign in with Glow' }).click()
  await page.getByText('This computer is one of your devices').waitFor()
  await goTo(page, '#/settings')
  await page.getByRole('button', { name: /^Remove Glow/ }).click()
  await page.getByText('Copies of the profile that were made before still open with it').waitFor()
  await page.getByRole('button', { name: 'Retire it' }).click()
  await page.getByRole('alert').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Add a passphrase' }).click()
  await page.getByLabel('Passphrase', { exact: true }).fill('five unrelated words of mine')
  await page.getByLabel('The same again').fill('five unrelated words of mine')
  await page.getByRole('button', { name: 'Protect', exact: true }).click()
  await page.getByText('Your passphrase opens your profile from now on.').waitFor()
  await page.getByRole('button', { name: /^Remove Glow/ }).click()
  await page.getByText('Revoke', { exact: true }).click()
  await page.getByText('Every key of the profile is made anew.').waitFor()
  await page.getByRole('button', { name: 'Revoke it' }).click()
  await page.getByText(/^Glow .* is revoked\.$/).waitFor()
  await page.getByRole('button', { name: 'Let this browser open by itself' }).click()
  await page.getByText('Not protected yet').waitFor()
  await page.reload()
  await page.getByRole('button', { name: 'Protect with Passphrase' }).click()
  await page.getByText('Protected by a passphrase').waitFor()
  await isUsableByKeyboard(page, 'settings-ways')
  await page.reload()
  await page.getByRole('heading', { name: 'Locked' }).waitFor()
  assert.equal(await page.getByRole('button', { name: 'Unlock with Glow' }).count(), 0)
  await page.getByLabel('Passphrase').fill('five unrelated words of mine')
  await page.getByRole('button', { name: 'Unlock' }).click()
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
  assert.deepEqual(owner.complaints, [])
})

test('recovery words are shown in two parts, checked and then open the profile, and a slip in them is named', async () => {
  await using house = new AsyncDisposableStack()
  const { owner, page } = await openWith(house, [])
  await owner.found()
  await page.getByRole('link', { name: 'Save recovery kit' }).click()
  await looksWell(page, 'kit-intro')
  await page.getByRole('button', { name: 'Show the words' }).click()
  const shown = await page.getByRole('list', { name: 'Recovery words' }).getByRole('listitem').allTextContents()
  const words = shown.map((item) => item.replace(/[\d\s]/g, ''))
  assert.equal(words.length, 24)
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save part A as a file' }).click(),
  ])
  assert.match(await readFile(await download.path(), 'utf8'), new RegExp(`24\\. ${words[23] ?? ''}\\n`))
  await looksWell(page, 'kit-parts')
  await page.getByRole('button', { name: 'I have written the words down' }).click()
  const fields = await page.getByRole('textbox').all()
  assert.equal(fields.length, 3)
  await page.getByRole('button', { name: 'Check' }).click()
  assert.equal(await page.getByRole('alert').count(), 3)
  await looksWell(page, 'kit-check')
  for (const field of fields) {
    const label = await field.evaluate((input: HTMLInputElement) => input.labels?.[0]?.textContent ?? '')
    await field.fill(words[Number(label.replace('Word ', '')) - 1] ?? '')
  }
  await page.getByRole('button', { name: 'Check' }).click()
  await page.getByText('Your recovery words are a way in now.').waitFor()
  await goTo(page, '#/settings')
  await page.getByRole('button', { name: 'Protect with a passphrase' }).click()
  await page.getByLabel('Passphrase', { exact: true }).fill('five unrelated words of mine')
  await page.getByLabel('The same again').fill('five unrelated words of mine')
  await page.getByRole('button', { name: 'Protect', exact: true }).click()
  await page.getByText('Protected by a passphrase').waitFor()
  await page.getByRole('button', { name: 'Lock now' }).first().click()
  await page.getByRole('heading', { name: 'Locked' }).waitFor()
  await page.getByText('Recovery words', { exact: true }).click()
  const slipped = words.map((word, at) => (at === 6 ? word + 'x' : word))
  await page.getByRole('textbox', { name: 'Recovery words' }).fill(slipped.join(' '))
  await page.getByRole('button', { name: 'Unlock' }).click()
  await page.getByText(/^Word 7, “\w+x”, is not in the list/).waitFor()
  await looksWell(page, 'unlock-words')
  await page.getByRole('textbox', { name: 'Recovery words' }).fill(words.join('\n').toUpperCase())
  await page.getByRole('button', { name: 'Unlock' }).click()
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
  assert.deepEqual(owner.complaints, [])
})

test('another browser signs in to the profile that this computer keeps, with the wallet, is told when it is the wrong one, and the first logs out', async () => {
  await using house = new AsyncDisposableStack()
  const agent = house.use(await startAgent(house.use(await createHome())))
  const wallets: readonly PutIn[] = [
    { name: 'Glow', temper: 'normal', keys: [mine] },
    { name: 'Ember', temper: 'normal', keys: [other] },
  ]
  const open = async (): Promise<OwnerPage> => {
    const { context } = house.use(await launchChromium())
    await putWallets(context, wallets)
    return openByLink(context, agent)
  }
  const first = await open()
  await first.page.getByRole('button', { name: 'Sign in with a wallet' }).click()
  await first.page.getByRole('button', { name: 'Sign in with Glow' }).click()
  await first.page.getByText('This computer is one of your devices').waitFor()
  await first.openNotes()
  await first.type('from the first ')
  await first.saved()

  const second = await open()
  await second.page.getByRole('button', { name: 'I have a profile already' }).click()
  await second.page.getByRole('button', { name: 'Sign in with Ember' }).click()
  await second.page.getByText('This account of Ember opens nothing here.').waitFor()
  await looksWell(second.page, 'sign-in-existing')
  await second.page.getByRole('button', { name: 'Sign in with Glow' }).click()
  await second.openNotes()
  await untilAllShow(['from the first '], [first, second])
  await second.page.reload()
  await second.page.getByRole('heading', { name: 'Locked' }).waitFor()
  await second.page.getByRole('button', { name: 'Unlock with Glow' }).click()
  await second.openNotes()
  assert.equal(await second.text(), 'from the first ')

  const { page } = first
  await goTo(page, '#/settings')
  await page.getByRole('button', { name: 'Log out of this browser' }).click()
  await page.getByRole('button', { name: 'Log out and delete it here' }).click()
  await page.getByRole('button', { name: 'Start now with a new key' }).waitFor()
  await page.waitForFunction(async () => (await indexedDB.databases()).every(({ name }) => name === 'cloudos'))
  await page.getByRole('button', { name: 'I have a profile already' }).click()
  await page.getByText('cloudos open').waitFor()
  assert.deepEqual([...first.complaints, ...second.complaints], [])
})

async function openWith(
  house: AsyncDisposableStack,
  wallets: readonly PutIn[],
): Promise<{ readonly owner: OwnerPage; readonly page: Page }> {
  const agent = house.use(await startAgent(house.use(await createHome())))
  const { context } = house.use(await launchChromium())
  if (wallets.length > 0) await putWallets(context, wallets)
  const owner = await openByLink(context, agent)
  return { owner, page: owner.page }
}

async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate((place) => {
    location.hash = place
  }, hash)
}

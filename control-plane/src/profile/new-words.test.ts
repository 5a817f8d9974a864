import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePhrase, recoverySeedFrom } from '@cloudos/crypto/phrase'
import { createSigner } from '@cloudos/crypto/signature'
import { passphraseWay, phraseWay } from '@cloudos/crypto/way-in'
import { AuthorityLog } from '@cloudos/mesh/authority-log'
import { createAuthorityStore } from './keep-ports.ts'
import { keepAs } from './keep.ts'
import { keptSealed } from './kept-sealed.ts'
import type { ProfileInTab } from './profile.ts'
import { cheapPassphrase, dice, foundBrowser, statusWhere } from './testing/browsers.ts'
import type { Browser } from './testing/browsers.ts'
import { walletAddressOf } from './wallet-address.ts'

const PASSPHRASE = passphraseWay('five unrelated words of mine')

test('words that are revoked with themselves give way to new ones, and their recovery key with them', async () => {
  for (const sealed of [true, false]) {
    const { browser, tab, old } = await withKit(sealed)
    const name = await nameOfWords(tab)
    await assert.rejects(tab.removeWay(name, 'revoke', dice.bytes(32)), { code: 'wrong-words' })
    assert.ok(await isRecoveryKey(browser, old))
    await tab.removeWay(name, 'revoke', old)
    const fresh = await entropyOf(tab)
    assert.ok(fresh)
    assert.notDeepEqual(fresh, old)
    assert.ok(await isRecoveryKey(browser, fresh))
    await tab[Symbol.asyncDispose]()

    const again = sealed ? await browser.openUnlocked(PASSPHRASE) : await browser.openTab()
    assert.deepEqual(await entropyOf(again), fresh)
    await again.kitChecked()
    if (!sealed) await again.sealHere()
    await again[Symbol.asyncDispose]()
    assert.ok((await browser.unlock(phraseWay(fresh))).ok)
    assert.ok(!(await browser.unlock(phraseWay(old))).ok)
  }
})

test('words that are lost leave as a way in, and their recovery key stays', async () => {
  const { browser, tab, old } = await withKit(true)
  await tab.removeWay(await nameOfWords(tab), 'revoke')
  assert.equal(await tab.words(), undefined)
  assert.ok(await isRecoveryKey(browser, old))
  await tab[Symbol.asyncDispose]()
  assert.ok(!(await browser.unlock(phraseWay(old))).ok)
})

test('new words that the log never came to name are not shown after a restart', async () => {
  const { browser, tab } = await withKit(true)
  await tab[Symbol.asyncDispose]()
  const unlocked = await browser.unlock(PASSPHRASE)
  assert.ok(unlocked.ok)
  const { profileId, secrets } = unlocked.value
  await keepAs(browser.keep, keptSealed({ profileId, secrets: { ...secrets, phrase: dice.bytes(32) } }, dice))
  const again = await browser.openUnlocked(PASSPHRASE)
  await statusWhere(again, ({ ways }) => ways.length === 2)
  assert.equal(await again.words(), undefined)
  await again[Symbol.asyncDispose]()
  const after = await browser.unlock(PASSPHRASE)
  assert.ok(after.ok)
  assert.equal(after.value.secrets.phrase, undefined)
})

test('the address of the built-in wallet is known before and after its words are written down, and anew with new words', async () => {
  const { tab, old } = await withKit(true)
  const { walletAddress } = await statusWhere(tab, ({ ways }) => ways.length === 2)
  assert.equal(walletAddress, await walletAddressOf(old))
  await tab.removeWay(await nameOfWords(tab), 'revoke', old)
  const fresh = await entropyOf(tab)
  assert.ok(fresh)
  const status = await statusWhere(tab, ({ ways }) => ways.length === 1)
  assert.equal(status.walletAddress, await walletAddressOf(fresh))
  await tab[Symbol.asyncDispose]()
})

interface WithKit {
  readonly browser: Browser
  readonly tab: ProfileInTab
  /** The entropy of the words, which are written down and lie nowhere. */
  readonly old: Uint8Array
}

async function withKit(sealed: boolean): Promise<WithKit> {
  const browser = await foundBrowser()
  const tab = await browser.openTab()
  await tab.addWay(cheapPassphrase(PASSPHRASE), 'Passphrase')
  const old = await entropyOf(tab)
  assert.ok(old)
  const { walletAddress } = await statusWhere(tab, ({ ways }) => ways.length === 1)
  assert.equal(walletAddress, await walletAddressOf(old))
  await tab.kitChecked()
  assert.equal(await tab.words(), undefined)
  if (!sealed) await tab.openByItself()
  return { browser, tab, old }
}

async function entropyOf(tab: ProfileInTab): Promise<Uint8Array | undefined> {
  const words = await tab.words()
  const entropy = words && parsePhrase(words.join(' '))
  return entropy?.ok === true ? entropy.value : undefined
}

async function nameOfWords(tab: ProfileInTab): Promise<string> {
  const { ways } = await statusWhere(tab, (status) => status.ways.length === 2)
  return ways.find(({ kind }) => kind === 'phrase')?.name ?? assert.fail('no words')
}

async function isRecoveryKey(browser: Browser, entropy: Uint8Array): Promise<boolean> {
  const { profileId } = await browser.kept()
  const { state } = await AuthorityLog.open(profileId, createAuthorityStore(browser.keep))
  return Buffer.from(state.recoveryPublicKey).equals(createSigner(recoverySeedFrom(entropy)).publicKey)
}

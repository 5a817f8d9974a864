import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePhrase } from '@cloudos/crypto/phrase'
import { hashFor } from '@cloudos/crypto/hash'
import { keychainWay, passkeyWay, passphraseWay, phraseWay, walletWay } from '@cloudos/crypto/way-in'
import type { NewWay } from './ways.ts'
import { cheapPassphrase, dice, foundBrowser, statusWhere } from './testing/browsers.ts'

const PASSPHRASE = passphraseWay('five unrelated words of mine')
const wallet = walletOf(1)

test('a browser that is given a passphrase, a wallet and a passkey opens with each of them and not by itself', async () => {
  const browser = await foundBrowser()
  const tab = await browser.openTab()
  const ways: readonly [string, NewWay][] = [
    ['Passphrase', cheapPassphrase(PASSPHRASE)],
    ['Phantom', { wayIn: wallet, way: { kind: 'wallet-message' } }],
    ['This laptop', passkeyOf(7)],
  ]
  for (const [label, way] of ways) assert.ok((await tab.addWay(way, label)).ok)
  const { ways: shown } = await statusWhere(tab, (status) => status.ways.length === 3)
  assert.deepEqual(shown.map(({ kind, label }) => [kind, label]), [
    ['passphrase', 'Passphrase'], ['wallet-message', 'Phantom'], ['passkey', 'This laptop'],
  ]) // prettier-ignore
  assert.ok(shown.every(({ addedMs }) => addedMs === 1_700_000_000_000))
  await tab[Symbol.asyncDispose]()
  assert.equal((await browser.kept()).protection, 'sealed')
  for (const [, { wayIn }] of ways) assert.ok((await browser.unlock(wayIn)).ok)
  const tried = [walletOf(2), passphraseWay('another'), passkeyOf(8).wayIn]
  for (const way of tried)
    assert.deepEqual(await browser.unlock(way), { ok: false, error: { kind: 'wrong-way-in', way: way.kind } })
  const absent = await browser.unlock(phraseWay(dice.bytes(32)))
  assert.ok(!absent.ok && absent.error.kind === 'no-slot')
  assert.deepEqual(absent.error.has, ['passphrase', 'wallet-message', 'passkey'])
})

test('a wallet that answers differently each time is refused, and nothing is kept', async () => {
  const browser = await foundBrowser()
  await using tab = await browser.openTab()
  const hedged = walletWay('wallet-message', () => Promise.resolve(dice.bytes(64)))
  const added = await tab.addWay({ wayIn: hedged, way: { kind: 'wallet-message' } }, 'Hedged')
  assert.deepEqual(added, { ok: false, error: 'not-deterministic' })
  assert.equal((await browser.kept()).protection, 'none')
})

test('the words lie in the founding browser until they are typed back, and open the profile from then on', async () => {
  const browser = await foundBrowser()
  const tab = await browser.openTab()
  await tab.addWay(cheapPassphrase(PASSPHRASE), 'Passphrase')
  await tab[Symbol.asyncDispose]()
  const again = await browser.openUnlocked(PASSPHRASE)
  const words = await again.words()
  assert.equal(words?.length, 24)
  const entropy = parsePhrase(words.join(' '))
  assert.ok(entropy.ok)
  assert.ok(!(await browser.unlock(phraseWay(entropy.value))).ok)
  await again.kitChecked()
  await statusWhere(again, ({ ways }) => ways.some(({ kind }) => kind === 'phrase'))
  assert.equal(await again.words(), undefined)
  await again[Symbol.asyncDispose]()
  const unlocked = await browser.unlock(phraseWay(entropy.value))
  assert.ok(unlocked.ok)
  assert.equal(unlocked.value.secrets.phrase, undefined)
})

test('a retired way opens this browser no more, and what would be left unprotected is refused', async () => {
  const browser = await foundBrowser()
  const tab = await browser.openTab()
  await tab.addWay(cheapPassphrase(PASSPHRASE), 'Passphrase')
  const { ways } = await statusWhere(tab, (status) => status.ways.length === 1)
  const [first] = ways
  assert.ok(first)
  await assert.rejects(tab.removeWay(first.name, 'retire'), { code: 'last-way' })
  await tab.kitChecked()
  await assert.rejects(tab.removeWay(first.name, 'retire'), { code: 'last-way' })
  await tab.addWay({ wayIn: wallet, way: { kind: 'wallet-message' } }, 'Phantom')
  await tab.removeWay(first.name, 'retire')
  await tab[Symbol.asyncDispose]()
  const refused = await browser.unlock(PASSPHRASE)
  assert.ok(!refused.ok && refused.error.kind === 'no-slot')
  assert.ok((await browser.unlock(wallet)).ok)
})

test('a protected browser may open by itself again, and be sealed once more with the ways in there are', async () => {
  const browser = await foundBrowser()
  const tab = await browser.openTab()
  await assert.rejects(tab.sealHere(), { code: 'no-way' })
  await tab.addWay(cheapPassphrase(PASSPHRASE), 'Passphrase')
  await tab.openByItself()
  assert.equal((await browser.kept()).protection, 'none')
  await tab.sealHere()
  await tab[Symbol.asyncDispose]()
  assert.ok((await browser.unlock(PASSPHRASE)).ok)
})

test('a way in that is revoked opens nothing newer, and the browser goes on with new keys', async () => {
  for (const sealed of [true, false]) {
    const browser = await foundBrowser()
    const tab = await browser.openTab()
    await tab.addWay(cheapPassphrase(PASSPHRASE), 'Passphrase')
    await tab.addWay({ wayIn: wallet, way: { kind: 'wallet-message' } }, 'Phantom')
    if (!sealed) await tab.openByItself()
    const { ways } = await statusWhere(tab, (status) => status.ways.length === 2)
    const phantom = ways.find(({ label }) => label === 'Phantom')
    assert.ok(phantom)
    await tab.removeWay(phantom.name, 'revoke')
    await tab.addWay(passkeyOf(7), 'Passkey')
    await tab[Symbol.asyncDispose]()
    assert.ok((await browser.unlock(PASSPHRASE)).ok)
    assert.ok((await browser.unlock(passkeyOf(7).wayIn)).ok)
    assert.ok(!(await browser.unlock(wallet)).ok)
  }
})

test('a second tab gets the new keys where they lie open, and is told to lock where they are sealed', async () => {
  for (const sealed of [false, true]) {
    const browser = await foundBrowser()
    const leading = await browser.openTab()
    await leading.addWay(cheapPassphrase(PASSPHRASE), 'Passphrase')
    await leading.addWay({ wayIn: wallet, way: { kind: 'wallet-message' } }, 'Phantom')
    if (!sealed) await leading.openByItself()
    const other = sealed ? await browser.openUnlocked(PASSPHRASE) : await browser.openTab()
    const { ways } = await statusWhere(other, (status) => status.ways.length === 2)
    const phantom = ways.find(({ label }) => label === 'Phantom')
    assert.ok(phantom)
    await other.removeWay(phantom.name, 'revoke')
    await leading[Symbol.asyncDispose]()
    if (sealed) await browser.stale
    else await other.addWay({ wayIn: keychainWay(dice.bytes(32)), way: { kind: 'device-keychain' } }, 'Keychain')
    await other[Symbol.asyncDispose]()
  }
})

test('a slot that was changed is said to be damaged, another profile’s is said to be that, and an empty place is said to be empty', async () => {
  const browser = await foundBrowser()
  const tab = await browser.openTab()
  await tab.addWay(cheapPassphrase(PASSPHRASE), 'Passphrase')
  await tab[Symbol.asyncDispose]()
  const heads = await Promise.all(['profile', 'profile-next'].map((name) => browser.medium.readHead(name)))
  const [head] = heads
  assert.ok(head)
  const refusalWith = async (bytes: Uint8Array | undefined) => {
    for (const name of ['profile', 'profile-next']) {
      const now = await browser.medium.readHead(name)
      if (bytes !== undefined) await browser.medium.casHead(name, bytes, now?.version)
    }
    const refused = await browser.unlock(PASSPHRASE)
    assert.ok(!refused.ok)
    return refused.error
  }
  const at = indexOfSlot(head.heads[0])
  const flipped = head.heads[0].map((byte, i) => (i === at + 30 ? byte ^ 1 : byte))
  assert.deepEqual(await refusalWith(flipped), { kind: 'corrupt-slot', ways: ['passphrase'] })

  const stranger = await foundBrowser()
  const theirs = await stranger.openTab()
  await theirs.addWay(cheapPassphrase(PASSPHRASE), 'Passphrase')
  await theirs[Symbol.asyncDispose]()
  const foreign = await stranger.medium.readHead('profile')
  assert.ok(foreign)
  assert.deepEqual(await refusalWith(foreign.heads[0]), { kind: 'wrong-medium' })
  for (const name of ['profile', 'profile-next']) browser.media.damage('h/' + name, () => undefined)
  assert.deepEqual(await refusalWith(undefined), { kind: 'nothing-there' })
})

/** Where the one slot of a head begins: version 1, kind 6. */
function indexOfSlot(head: Uint8Array): number {
  const at = head.findIndex((byte, i) => byte === 1 && head[i + 1] === 6 && head[i - 1] === 201)
  assert.ok(at > 0)
  return at
}

function walletOf(seed: number) {
  return walletWay('wallet-message', (nonce) => Promise.resolve(hashFor('note', Uint8Array.of(seed), nonce)))
}

function passkeyOf(seed: number): NewWay {
  const ask = (nonce: Uint8Array): Promise<Uint8Array> => Promise.resolve(hashFor('note', Uint8Array.of(seed, 1), nonce)) // prettier-ignore
  return { wayIn: passkeyWay(ask), way: { kind: 'passkey', credentialHash: new Uint8Array(32).fill(3) } }
}

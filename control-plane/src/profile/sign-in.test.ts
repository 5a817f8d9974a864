import assert from 'node:assert/strict'
import { test } from 'node:test'
import { issueCertificate } from '@cloudos/crypto/certificate-check'
import { createDeviceSeeds, deviceIdentityFrom } from '@cloudos/crypto/device-identity'
import { membershipFrom } from '@cloudos/crypto/membership'
import { parsePhrase } from '@cloudos/crypto/phrase'
import { boxPublicKey } from '@cloudos/crypto/seal-key'
import { passphraseWay, phraseWay } from '@cloudos/crypto/way-in'
import type { WayIn } from '@cloudos/crypto/way-in'
import { AuthorityLog } from '@cloudos/mesh/authority-log'
import type { Handshake } from '@cloudos/mesh/pairing/handshake'
import type { SealedCopy } from '@cloudos/mesh/pairing/talk'
import { encodeCertificate } from '@cloudos/protocol/certificate'
import { createDeviceKeys } from './device-keys.ts'
import { createAuthorityStore } from './keep-ports.ts'
import { signInFrom } from './sign-in.ts'
import type { CopyAgent } from './sign-in.ts'
import { slotSetsOf } from './slot-sets.ts'
import { findWays } from './vault-medium.ts'
import { cheapPassphrase, clock, createBrowser, dice, foundBrowser, statusWhere } from './testing/browsers.ts'
import type { Browser } from './testing/browsers.ts'

const PASSPHRASE = passphraseWay('five unrelated words of mine')

test('another browser signs in with the passphrase or with the words, and is a device with keys of its own', async () => {
  const { copy, words } = await protectedProfile()
  for (const [way, opensByItself] of [
    [PASSPHRASE, false],
    [phraseWay(words), true],
  ] as const) {
    // prettier-ignore
    const browser = await createBrowser()
    const submitted: Uint8Array[] = []
    const held = await signIn(browser, copy, way, { submitted, opensByItself })
    assert.ok(held.ok)
    assert.equal(held.value.secrets.phrase, undefined)
    assert.equal(submitted.length, 1)
    const kept = await browser.kept()
    assert.equal(kept.protection, opensByItself ? 'none' : 'sealed')
    const tab = opensByItself ? await browser.openTab() : await browser.openUnlocked(way)
    const { devices, ways, freshness } = await statusWhere(tab, (status) => status.ways.length === 2)
    assert.equal(freshness, 'unproven')
    assert.deepEqual(devices.map(({ name }) => name), ['Browser', 'Second']) // prettier-ignore
    assert.deepEqual(ways.map(({ kind }) => kind), ['passphrase', 'phrase']) // prettier-ignore
    await assert.rejects(tab.addWay(cheapPassphrase(passphraseWay('another one of ours')), 'Passphrase'), {
      code: 'freshness-unproven',
    })
    await tab.trustCopy()
    // The root came with the vault.
    assert.ok((await tab.addWay(cheapPassphrase(passphraseWay('another one of ours')), 'Passphrase')).ok)
    await tab[Symbol.asyncDispose]()
  }
})

test('a wrong passphrase, words of another profile, a changed slot and an empty copy are each refused by name, and nothing is kept', async () => {
  const { copy } = await protectedProfile()
  const [passphraseSlot, phraseSlot] = copy.slots
  assert.ok(passphraseSlot && phraseSlot)
  const changed = passphraseSlot.map((byte, at) => (at === 30 ? byte ^ 1 : byte))
  const cases: readonly [SealedCopy, WayIn, object][] = [
    [copy, passphraseWay('another'), { kind: 'wrong-way-in', way: 'passphrase' }],
    [copy, phraseWay(dice.bytes(32)), { kind: 'wrong-way-in', way: 'phrase' }],
    [{ ...copy, slots: [changed, phraseSlot] }, PASSPHRASE, { kind: 'corrupt-slot', ways: ['passphrase'] }],
    [{ ...copy, slots: [phraseSlot] }, PASSPHRASE, { kind: 'corrupt-slot', ways: [] }],
    [{ ...copy, slots: [] }, PASSPHRASE, { kind: 'nothing-there' }],
  ]
  const browser = await createBrowser()
  for (const [tried, way, error] of cases) assert.deepEqual(await signIn(browser, tried, way, {}), { ok: false, error })
  await assert.rejects(browser.kept())
})

test('a copy from before a revocation lets nobody in, and a place that does not take the entry keeps nothing here', async () => {
  const { browser: first, copy } = await protectedProfile()
  const tab = await first.openUnlocked(PASSPHRASE)
  const { ways } = await statusWhere(tab, (status) => status.ways.length === 2)
  const words = ways.find(({ kind }) => kind === 'phrase')
  assert.ok(words)
  await tab.removeWay(words.name, 'revoke')
  await tab[Symbol.asyncDispose]()
  const { entries } = await copyOf(first)
  const second = await createBrowser()
  await assert.rejects(signIn(second, { ...copy, entries }, PASSPHRASE, {}), { code: 'copy-outdated' })
  const refuse = () => Promise.reject(new Error('not taken'))
  for (const agent of [{ is: 'member', submit: refuse } as const, { is: 'newcomer', offer: refuse } as const])
    await assert.rejects(signInFrom(copy, PASSPHRASE, { ...(await signInParts(second)), agent }), /not taken/)
  await assert.rejects(second.kept())
})

test('a browser takes the agent that showed the copy into the profile with it, and only by keys the agent holds', async () => {
  const { copy } = await protectedProfile()
  const { profileId } = copy
  const agent = deviceIdentityFrom(createDeviceSeeds(dice))
  const transcript = dice.bytes(32)
  const shown = async (challenge: Uint8Array): Promise<Uint8Array> =>
    encodeCertificate(
      await issueCertificate({
        ...{ profileId, identity: agent, challenge, nowMs: clock.nowMs() },
        ...{ name: 'Agent', class: 'agent', caps: ['exec'] },
      }),
    )
  const offering = (challenge: Uint8Array, welcomed: Uint8Array[]): CopyAgent => ({
    is: 'newcomer',
    offer: async (offered, admit) => {
      assert.equal(offered, profileId)
      const handshake: Handshake = {
        ...{ transcript, words: ['a', 'b', 'c'], secret: new Uint8Array(16) },
        peer: {
          ...{ signPublicKey: agent.signer.publicKey, boxPublicKey: boxPublicKey(agent.boxSecret), name: 'Agent' },
          ...{ peerPublicKey: new Uint8Array(32), class: 'agent', nonce: new Uint8Array(16) },
        },
      }
      welcomed.push(...(await admit({ handshake, certificate: await shown(challenge) })))
    },
  })
  const browser = await createBrowser()
  const parts = await signInParts(browser)
  const liar = offering(dice.bytes(32), [])
  await assert.rejects(signInFrom(copy, PASSPHRASE, { ...parts, agent: liar }), { code: 'bad-certificate' })
  await assert.rejects(browser.kept())
  const welcomed: Uint8Array[] = []
  assert.ok((await signInFrom(copy, PASSPHRASE, { ...parts, agent: offering(transcript, welcomed) })).ok)
  const log = await AuthorityLog.open(profileId, {
    load: () => Promise.resolve({ entries: welcomed, keyChanges: [] }),
    append: () => Promise.resolve(),
  })
  const member = membershipFrom(log.state, agent)
  assert.ok(member.ok)
  // prettier-ignore
  assert.deepEqual([...log.state.deviceById.values()].map(({ certificate }) => certificate.name).sort(), ['Agent', 'Browser', 'Second'])
  const tab = await browser.openUnlocked(PASSPHRASE)
  await statusWhere(tab, ({ devices }) => devices.length === 3)
  await tab[Symbol.asyncDispose]()
})

interface SignInCase {
  readonly submitted?: Uint8Array[]
  readonly opensByItself?: boolean
}

async function signIn(
  browser: Browser,
  copy: SealedCopy,
  way: WayIn,
  { submitted, opensByItself = false }: SignInCase,
) {
  const submit = (entries: readonly Uint8Array[]): Promise<void> => {
    submitted?.push(...entries)
    return Promise.resolve()
  }
  return signInFrom(copy, way, { ...(await signInParts(browser)), agent: { is: 'member', submit }, opensByItself })
}

async function signInParts({ keep, medium }: Browser) {
  return {
    keys: await createDeviceKeys(dice),
    keep,
    medium,
    rng: dice,
    clock,
    deviceName: 'Second',
    opensByItself: false,
  }
}

/** With a passphrase, and words that were typed back. */
async function protectedProfile() {
  const browser = await foundBrowser()
  const tab = await browser.openTab()
  await tab.addWay(cheapPassphrase(PASSPHRASE), 'Passphrase')
  const words = parsePhrase((await tab.words())?.join(' ') ?? '')
  assert.ok(words.ok)
  await tab.kitChecked()
  await tab[Symbol.asyncDispose]()
  return { browser, words: words.value, copy: await copyOf(browser) }
}

async function copyOf({ keep, medium, kept }: Browser): Promise<SealedCopy> {
  const { profileId } = await kept()
  const log = await AuthorityLog.open(profileId, createAuthorityStore(keep))
  const ways = await findWays(medium, slotSetsOf(log))
  assert.ok(ways)
  return { profileId, ...ways, entries: [...log.entries().values()] }
}

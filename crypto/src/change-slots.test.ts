import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_POLICY } from '@cloudos/protocol/authority-body'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import { encodeSlot } from '@cloudos/protocol/slot'
import { appendEntries } from './append-entries.ts'
import { foldAuthority } from './authority-fold.ts'
import type { AuthorityState } from './authority-state.ts'
import { retireSlot, revokeSlot, saveSlots } from './change-slots.ts'
import type { OpenProfile } from './change-slots.ts'
import { rotateRoot } from './change-authority.ts'
import { hashId } from './hash.ts'
import { createSigner } from './signature.ts'
import { createSlot, hashSlotSet } from './slots.ts'
import { NOW_MS, sampleProfile } from './testing/profiles.ts'
import type { SampleProfile } from './testing/profiles.ts'
import { createDice } from './testing/seeded.ts'
import type { Dice } from './testing/seeded.ts'
import { slotCases } from './testing/slot-cases.ts'
import { unlock } from './unlock.ts'
import { unsealVault } from './vault.ts'
import type { VerifiedEntry } from './verified-entry.ts'

const [PHRASE, KEYCHAIN] = slotCases(1).map(({ wayIn }) => wayIn)

test('a saved set of slots is the one a reader accepts, and it opens the vault', async () => {
  const { profile, power, open } = await start(71)
  const saved = await saveSlots(power, open)
  const state = fold(profile, saved.entries)
  assert.equal(state.slotSetHash, hashSlotSet(saved.slots, hashId(saved.sealedVault)))
  assert.notEqual(state.slotSetHash, hashSlotSet(saved.slots.slice(1), hashId(saved.sealedVault)))
  assert.notEqual(state.slotSetHash, hashSlotSet(saved.slots, hashId(new Uint8Array(1))))
  assert.deepEqual((await opened(profile, saved.slots, saved.sealedVault))?.rootSeed, profile.rootSeed)
})

test('a retired slot leaves the head and the labels, and an old copy still opens with it', async () => {
  const { profile, open, keychainSlot, power } = await start(72)
  const before = await saveSlots(power, open)
  const after = await saveSlots(power, retireSlot(open, keychainSlot))
  assert.equal(after.slots.length, 1)
  assert.ok(KEYCHAIN && PHRASE)
  assert.deepEqual(await unlock(profile.profileId, after.slots, KEYCHAIN), { ok: false, error: 'no-slot' })
  assert.ok((await unlock(profile.profileId, before.slots, KEYCHAIN)).ok)
  assert.equal((await opened(profile, after.slots, after.sealedVault))?.labelBySlot.size, 1)
  const [last] = after.slots
  assert.ok(last)
  assert.throws(() => retireSlot({ ...open, slots: [last] }, last.subarray(66, 98)), RangeError)
})

test('an old dump plus the revoked way in can read the past and nothing new, and can sign nothing', async () => {
  const { dice, profile, open, keychainSlot, power } = await start(73)
  assert.ok(KEYCHAIN)
  const dump = await saveSlots(power, open)
  const revoked = await revokeSlot({ ...power, state: fold(profile, dump.entries) }, open, keychainSlot)
  assert.ok(revoked.ok)
  const { slots, sealedVault, entries, mediaToRenew } = revoked.value
  const state = fold(profile, [...dump.entries, ...entries])

  const thief = await unlock(profile.profileId, dump.slots, KEYCHAIN)
  assert.ok(thief.ok)
  const past = unsealVault(profile.profileId, thief.value.vaultKey, dump.sealedVault)
  assert.ok(past.ok)
  assert.deepEqual(past.value.keyByEpoch, profile.keyByEpoch)

  assert.ok(!unsealVault(profile.profileId, thief.value.vaultKey, sealedVault).ok)
  assert.ok(!(await unlock(profile.profileId, slots, KEYCHAIN)).ok)
  assert.ok(state.currentEpoch && !past.value.keyByEpoch.has(state.currentEpoch))
  const now = await opened(profile, slots, sealedVault)
  assert.notDeepEqual(now?.secretsKey, past.value.secretsKey)
  assert.ok(now?.keyByEpoch.has(state.currentEpoch))
  assert.equal(state.slotSetHash, hashSlotSet(slots, hashId(sealedVault)))
  assert.deepEqual(mediaToRenew.map(({ label }) => label), ['my repo']) // prettier-ignore

  const stolen = createSigner(past.value.rootSeed)
  const memory = new Set(state.keyChanges)
  const forged = [
    ...(await appendEntries(state, stolen, [{ kind: 'set-policy', policy: DEFAULT_POLICY }], NOW_MS)),
    ...(await appendEntries(profile.state, stolen, [{ kind: 'set-policy', policy: DEFAULT_POLICY }], NOW_MS)),
    ...(await rotateRoot({ state: profile.state, rng: dice, nowMs: NOW_MS }, stolen)).entries,
    ...(await rotateRoot({ state: fold(profile, dump.entries), rng: dice, nowMs: NOW_MS }, stolen)).entries,
  ]
  const after = foldAuthority(profile.profileId, [...profile.entries, ...dump.entries, ...entries, ...forged], memory)
  assert.ok(after.ok)
  assert.equal(after.value.tip, state.tip)
  assert.deepEqual(after.value.rootPublicKey, state.rootPublicKey)
  assert.equal(after.value.currentEpoch, state.currentEpoch)
})

test('a slot that this program cannot seal anew stops a revocation instead of being lost', async () => {
  const { open, keychainSlot, power } = await start(74)
  const [phraseSlot] = open.slots
  assert.ok(phraseSlot)
  const newer = Uint8Array.from(phraseSlot)
  newer[0] = 2
  const refused = await revokeSlot(power, { ...open, slots: [...open.slots, newer] }, keychainSlot)
  assert.deepEqual(refused, { ok: false, error: 'newer-version' })
})

async function start(seed: number) {
  const dice = createDice(seed)
  const profile = await sampleProfile(dice)
  const vaultKey = dice.bytes(32)
  const slots = [await slotOf(profile, 0, vaultKey, dice), await slotOf(profile, 1, vaultKey, dice)] as const
  const labelBySlot = new Map(slots.map(({ name }, i) => [name, `slot ${String(i)}`]))
  const media = [{ label: 'my repo', adapter: 'github', settings: new Uint8Array(3) }]
  const { rootSeed, keyByEpoch } = profile
  const vault = { rootSeed, keyByEpoch, secretsKey: dice.bytes(32), media, labelBySlot }
  const open: OpenProfile = { slots: slots.map(({ bytes }) => bytes), vault, vaultKey }
  const power = { state: profile.state, root: profile.rootSigner, rng: dice, nowMs: NOW_MS }
  return { dice, profile, power, open, keychainSlot: slots[1].publicKey }
}

async function slotOf({ profileId }: SampleProfile, index: number, vaultKey: Uint8Array, rng: Dice) {
  const one = slotCases(1)[index]
  assert.ok(one)
  const slot = await createSlot(profileId, { ...one, vaultKey, rng })
  assert.ok(slot.ok)
  const publicKey = slot.value.slotPublicKey
  return { bytes: encodeSlot(slot.value), publicKey, name: hexFromBytes(publicKey) }
}

async function opened({ profileId }: SampleProfile, slots: readonly Uint8Array[], sealedVault: Uint8Array) {
  assert.ok(PHRASE)
  const unlocked = await unlock(profileId, slots, PHRASE)
  assert.ok(unlocked.ok)
  const vault = unsealVault(profileId, unlocked.value.vaultKey, sealedVault)
  return vault.ok ? vault.value : undefined
}

function fold(profile: SampleProfile, more: readonly VerifiedEntry[]): AuthorityState {
  const state = foldAuthority(profile.profileId, [...profile.entries, ...more])
  assert.ok(state.ok)
  return state.value
}

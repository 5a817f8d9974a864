import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import { idFromBytes } from '@cloudos/protocol/ids'
import { addSlot, retireSlot, revokeSlot, saveSlots } from './change-slots.ts'
import { hashId } from './hash.ts'
import { createSlot, hashSlotSet } from './slots.ts'
import type { SampleProfile } from './testing/profiles.ts'
import { foldWith, protectProfile } from './testing/protected-profile.ts'
import { slotCases } from './testing/slot-cases.ts'
import { createDice } from './testing/seeded.ts'
import { stealSlot } from './testing/stolen-slot.ts'
import { unlock } from './unlock.ts'
import { unsealVault } from './vault.ts'
import { keychainWay } from './way-in.ts'

const [PHRASE, KEYCHAIN] = slotCases(1).map(({ wayIn }) => wayIn)

async function start(seed: number) {
  const { slotKeys, ...rest } = await protectProfile(seed)
  const [, keychainSlot] = slotKeys
  assert.ok(keychainSlot)
  return { ...rest, keychainSlot }
}

test('a saved set of slots is the one a reader accepts, and it opens the vault', async () => {
  const { profile, power, open } = await start(71)
  const saved = await saveSlots(power, open)
  const state = foldWith(profile, saved.entries)
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

test('a slot that is added opens the vault with its label and device beside the others, and leaves no trace of them when it goes', async () => {
  const { profile, open, power } = await start(84)
  const rng = createDice(84)
  const wayIn = keychainWay(rng.bytes(32))
  const slot = await createSlot(profile.profileId, { wayIn, way: { kind: 'device-keychain' }, vaultKey: open.vaultKey, rng }) // prettier-ignore
  assert.ok(slot.ok)
  const deviceId = idFromBytes('DeviceId', rng.bytes(16))
  const added = addSlot(open, { slot: slot.value, label: 'Keychain of nas', addedMs: 5, deviceId })
  const saved = await saveSlots(power, added)
  assert.ok((await unlock(profile.profileId, saved.slots, wayIn)).ok)
  const vault = unsealVault(profile.profileId, open.vaultKey, saved.sealedVault)
  assert.ok(vault.ok)
  const name = hexFromBytes(slot.value.slotPublicKey)
  assert.deepEqual([...(vault.value.deviceBySlot ?? [])], [[name, deviceId]])
  assert.deepEqual([vault.value.labelBySlot.get(name), vault.value.addedMsBySlot?.get(name)], ['Keychain of nas', 5])
  assert.equal(vault.value.labelBySlot.size, open.vault.labelBySlot.size + 1)
  const gone = retireSlot(added, slot.value.slotPublicKey)
  assert.deepEqual([gone.vault.deviceBySlot?.size, gone.slots.length], [0, open.slots.length])
})

test('an old dump plus the revoked way in can read the past and nothing new, and can sign nothing', async () => {
  for (let seed = 73; seed < 83; seed++) {
    const report = await stealSlot(seed)
    assert.deepEqual(report, { pastEpochsRead: 1, newerRead: 0, signedInForce: 0 }, `seed ${String(seed)}`)
  }
})

test('a revocation has new keys, which the owner opens with a way in that stays, and names the media to renew', async () => {
  const { profile, open, keychainSlot, power } = await start(73)
  const dump = await saveSlots(power, open)
  const revoked = await revokeSlot({ ...power, state: foldWith(profile, dump.entries) }, open, keychainSlot)
  assert.ok(revoked.ok)
  const { slots, sealedVault, entries, mediaToRenew } = revoked.value
  const state = foldWith(profile, [...dump.entries, ...entries])
  const now = await opened(profile, slots, sealedVault)
  assert.notDeepEqual(now?.secretsKey, open.vault.secretsKey)
  assert.ok(state.currentEpoch && now?.keyByEpoch.has(state.currentEpoch))
  assert.equal(state.slotSetHash, hashSlotSet(slots, hashId(sealedVault)))
  assert.deepEqual(mediaToRenew.map(({ label }) => label), ['my repo']) // prettier-ignore
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

async function opened({ profileId }: SampleProfile, slots: readonly Uint8Array[], sealedVault: Uint8Array) {
  assert.ok(PHRASE)
  const unlocked = await unlock(profileId, slots, PHRASE)
  assert.ok(unlocked.ok)
  const vault = unsealVault(profileId, unlocked.value.vaultKey, sealedVault)
  return vault.ok ? vault.value : undefined
}

import assert from 'node:assert/strict'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import { encodeSlot } from '@cloudos/protocol/slot'
import { foldAuthority } from '../authority-fold.ts'
import type { AuthorityState } from '../authority-state.ts'
import type { OpenProfile } from '../change-slots.ts'
import { createSlot } from '../slots.ts'
import type { VerifiedEntry } from '../verified-entry.ts'
import { NOW_MS, sampleProfile } from './profiles.ts'
import type { SampleProfile } from './profiles.ts'
import { createDice } from './seeded.ts'
import type { Dice } from './seeded.ts'
import { slotCases } from './slot-cases.ts'

/** A profile with two slots, a phrase's and a keychain's, and everything that opening it gives. */
export async function protectProfile(seed: number) {
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
  return { dice, profile, power, open, slotKeys: slots.map(({ publicKey }) => publicKey) }
}

async function slotOf({ profileId }: SampleProfile, index: number, vaultKey: Uint8Array, rng: Dice) {
  const one = slotCases(1)[index]
  assert.ok(one)
  const slot = await createSlot(profileId, { ...one, vaultKey, rng })
  assert.ok(slot.ok)
  const publicKey = slot.value.slotPublicKey
  return { bytes: encodeSlot(slot.value), publicKey, name: hexFromBytes(publicKey) }
}

/** As everybody has it who got these entries too. */
export function foldWith(profile: SampleProfile, more: readonly VerifiedEntry[]): AuthorityState {
  const state = foldAuthority(profile.profileId, [...profile.entries, ...more])
  assert.ok(state.ok)
  return state.value
}

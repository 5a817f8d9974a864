import assert from 'node:assert/strict'
import { DEFAULT_POLICY } from '@cloudos/protocol/authority-body'
import { idFromBytes } from '@cloudos/protocol/ids'
import type { EpochId } from '@cloudos/protocol/ids'
import { NO_FRAME, parseFrame } from '@cloudos/protocol/frame'
import { createAeadKey, createNonceSource } from '../aead.ts'
import { appendEntries } from '../append-entries.ts'
import { foldAuthority } from '../authority-fold.ts'
import { rotateRoot } from '../change-authority.ts'
import { revokeSlot, saveSlots } from '../change-slots.ts'
import { docKeyFrom } from '../derive.ts'
import { hashId } from '../hash.ts'
import { sealFrame, unsealFrame } from '../sealed-frame.ts'
import { createSigner } from '../signature.ts'
import { unlock } from '../unlock.ts'
import { unsealVault } from '../vault.ts'
import type { VerifiedEntry } from '../verified-entry.ts'
import { NOW_MS } from './profiles.ts'
import type { SampleProfile } from './profiles.ts'
import { foldWith, protectProfile } from './protected-profile.ts'
import type { Dice } from './seeded.ts'
import { slotCases } from './slot-cases.ts'

export interface StolenSlotReport {
  /** Epochs of the time before that the thief reads: the past is gone. */
  readonly pastEpochsRead: number
  /** Of what is newer than the revocation: slots, vault, frames. */
  readonly newerRead: number
  /** Entries signed with what the thief has that changed anything for those who know of the revocation. */
  readonly signedInForce: number
}

/** A medium is copied, and a way in is learned; the owner revokes that way in; the thief comes back with the copy and the way in. */
export async function stealSlot(seed: number): Promise<StolenSlotReport> {
  const { dice, profile, power, open, slotKeys } = await protectProfile(seed)
  const stolen = dice.below(slotKeys.length)
  const [wayIn, slotKey] = [slotCases(1)[stolen]?.wayIn, slotKeys[stolen]]
  assert.ok(wayIn && slotKey)
  const dump = await saveSlots(power, open)
  const revoked = await revokeSlot({ ...power, state: foldWith(profile, dump.entries) }, open, slotKey)
  assert.ok(revoked.ok)
  const known = [...dump.entries, ...revoked.value.entries]
  const { currentEpoch } = foldWith(profile, known)
  assert.ok(currentEpoch)
  const newKey = revoked.value.open.vault.keyByEpoch.get(currentEpoch)
  assert.ok(newKey)

  const thief = await unlock(profile.profileId, dump.slots, wayIn)
  assert.ok(thief.ok)
  const past = unsealVault(profile.profileId, thief.value.vaultKey, dump.sealedVault)
  assert.ok(past.ok)
  const { keyByEpoch, rootSeed } = past.value
  const frame = await frameUnder({ profile, dice }, currentEpoch, newKey)
  assert.ok(opens(frame, newKey, currentEpoch))
  const newer = [
    (await unlock(profile.profileId, revoked.value.slots, wayIn)).ok,
    unsealVault(profile.profileId, thief.value.vaultKey, revoked.value.sealedVault).ok,
    ...[...keyByEpoch].flatMap(([epochId, key]) => [opens(frame, key, epochId), opens(frame, key, currentEpoch)]),
  ]
  return {
    pastEpochsRead: [...profile.keyByEpoch.keys()].filter((epochId) => keyByEpoch.has(epochId)).length,
    newerRead: newer.filter(Boolean).length,
    signedInForce: await countInForce(profile, dump.entries, known, { rootSeed, rng: dice }),
  }
}

const DOC = idFromBytes('DocId', new Uint8Array(16).fill(7))

async function frameUnder(
  { profile, dice }: { profile: SampleProfile; dice: Dice },
  epochId: EpochId,
  key: Uint8Array,
): Promise<Uint8Array> {
  const { deviceId, signer } = profile.desktop.identity
  const incarnation = idFromBytes('Incarnation', dice.bytes(4))
  const header = { type: 'update', docId: DOC, epochId, deviceId, incarnation, seq: 1, prev: NO_FRAME } as const
  const aeadKey = createAeadKey(docKeyFrom(key, DOC, epochId))
  const nonces = createNonceSource(dice)
  return (await sealFrame({ header, updates: dice.bytes(40), key: aeadKey, nonces, signer })).bytes
}

function opens(bytes: Uint8Array, key: Uint8Array, epochId: EpochId): boolean {
  const frame = parseFrame(bytes)
  assert.ok(frame.ok)
  return unsealFrame(frame.value, createAeadKey(docKeyFrom(key, DOC, epochId))).ok
}

/** The thief signs from the newest state that the old root could reach and from the ones before it. */
async function countInForce(
  profile: SampleProfile,
  dumped: readonly VerifiedEntry[],
  known: readonly VerifiedEntry[],
  { rootSeed, rng }: { rootSeed: Uint8Array; rng: Dice },
): Promise<number> {
  const state = foldWith(profile, known)
  const stolen = createSigner(rootSeed)
  let inForce = 0
  for (const from of [state, foldWith(profile, dumped), profile.state]) {
    const forgeries = [
      await appendEntries(from, stolen, [{ kind: 'set-policy', policy: DEFAULT_POLICY }], NOW_MS),
      await appendEntries(from, stolen, [{ kind: 'slot-change', slotSetHash: hashId(rng.bytes(8)) }], NOW_MS),
      (await rotateRoot({ state: from, rng, nowMs: NOW_MS }, stolen)).entries,
    ]
    for (const forged of forgeries) {
      const entries = [...profile.entries, ...known, ...forged]
      const after = foldAuthority(profile.profileId, entries, new Set(state.keyChanges))
      assert.ok(after.ok)
      const { tip, stateHash } = after.value
      if (tip !== state.tip || stateHash !== state.stateHash) inForce += forged.length
    }
  }
  return inForce
}

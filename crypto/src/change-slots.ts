import type { AuthorityBody } from '@cloudos/protocol/authority-body'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import type { DeviceId, ProfileId } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Rng } from '@cloudos/protocol/ports'
import { ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import { encodeSlot, parseSlot } from '@cloudos/protocol/slot'
import type { Slot, SlotRefusal } from '@cloudos/protocol/slot'
import type { MediaRecord, Vault } from '@cloudos/protocol/vault'
import { appendEntries, placeAfter } from './append-entries.ts'
import type { RootPower } from './append-entries.ts'
import { rotateRoot } from './change-authority.ts'
import { hashId } from './hash.ts'
import { createSigner } from './signature.ts'
import { hashSlotSet, reseal } from './slots.ts'
import { sealVault } from './vault.ts'
import type { VerifiedEntry } from './verified-entry.ts'

/** What a head shows, and the entries that make readers accept it: publish the entries first or with it. */
export interface SlotChangeSet {
  readonly slots: readonly Uint8Array[]
  /** Its `hashId` is the name of the head's vault blob. */
  readonly sealedVault: Uint8Array
  readonly entries: readonly VerifiedEntry[]
}

export interface OpenProfile {
  readonly slots: readonly Uint8Array[]
  readonly vault: Vault
  readonly vaultKey: Uint8Array
}

/** For every change of slots, labels, media or epoch keys: the vault sealed anew, and the one set of slots and vault from now on. */
export async function saveSlots({ state, root, rng, nowMs }: RootPower, open: OpenProfile): Promise<SlotChangeSet> {
  const sealedVault = sealVault(state.profileId, open.vaultKey, open.vault, rng)
  const change: AuthorityBody = { kind: 'slot-change', slotSetHash: hashSlotSet(open.slots, hashId(sealedVault)) }
  const entries = await appendEntries(state, root, [...state.toAppend, change], nowMs)
  return { slots: open.slots, sealedVault, entries }
}

/** A slot for the vault key of `open`, and what its owner calls it. */
export interface NewSlot {
  readonly slot: Slot
  readonly label: string
  readonly addedMs: number
  /** For a way in that lies on one device. */
  readonly deviceId?: DeviceId
}

export function addSlot(open: OpenProfile, { slot, label, addedMs, deviceId }: NewSlot): OpenProfile {
  const { vault } = open
  const name = hexFromBytes(slot.slotPublicKey)
  return {
    ...open,
    slots: [...open.slots, encodeSlot(slot)],
    vault: {
      ...vault,
      labelBySlot: new Map([...vault.labelBySlot, [name, label]]),
      addedMsBySlot: new Map([...(vault.addedMsBySlot ?? []), [name, addedMs]]),
      ...(deviceId !== undefined && { deviceBySlot: new Map([...(vault.deviceBySlot ?? []), [name, deviceId]]) }),
    },
  }
}

/** Housekeeping: the slot leaves the head. OLD COPIES OF THE MEDIUM STILL OPEN WITH IT, and the screen must say so. */
export function retireSlot(open: OpenProfile, slotPublicKey: Uint8Array): OpenProfile {
  const name = hexFromBytes(slotPublicKey)
  const slots = open.slots.filter((bytes) => slotName(bytes) !== name)
  if (slots.length === 0) throw new RangeError('the last way in cannot leave')
  const labelBySlot = without(open.vault.labelBySlot, name)
  const addedMsBySlot = without(open.vault.addedMsBySlot ?? new Map<string, number>(), name)
  const deviceBySlot = without(open.vault.deviceBySlot ?? new Map<string, DeviceId>(), name)
  return { ...open, slots, vault: { ...open.vault, labelBySlot, addedMsBySlot, deviceBySlot } }
}

export interface RevokedSlot extends SlotChangeSet {
  /** Open under the new keys. What was sealed with the old `secretsKey` is to be sealed anew. */
  readonly open: OpenProfile
  /** Whoever read the old vault can still write to these: change their credentials, then save again. */
  readonly mediaToRenew: readonly MediaRecord[]
}

/**
 * A way in fell into wrong hands: a new vault key, root and epoch in one append. An old copy of the medium with that way in reads the
 * past and nothing new, and signs nothing. `newer-version`: a slot that this program cannot seal anew would be lost; update first.
 */
export async function revokeSlot(
  power: RootPower,
  open: OpenProfile,
  slotPublicKey: Uint8Array,
): Promise<Result<RevokedSlot, SlotRefusal>> {
  const { state, rng } = power
  const kept = retireSlot(open, slotPublicKey)
  const vaultKey = rng.bytes(32)
  const slots = resealAll(state.profileId, kept.slots, vaultKey, rng)
  if (!slots.ok) return slots
  const rotation = await rotateRoot(power, power.root)
  const vault: Vault = {
    ...kept.vault,
    rootSeed: rotation.rootSeed,
    keyByEpoch: new Map([...kept.vault.keyByEpoch, ...rotation.keyByEpoch]),
    secretsKey: rng.bytes(32),
    // Other devices of the owner have sealed with the old one, and open theirs when they next unlock.
    formerSecretsKeys: [...(kept.vault.formerSecretsKeys ?? []), kept.vault.secretsKey].slice(
      -LIMITS.formerSecretsKeysMax,
    ),
  }
  const after = { ...state, ...placeAfter(state, rotation.entries), toAppend: [] }
  const reopened = { slots: slots.value, vault, vaultKey }
  const saved = await saveSlots({ ...power, state: after, root: createSigner(rotation.rootSeed) }, reopened)
  const entries = [...rotation.entries, ...saved.entries]
  return ok({ ...saved, entries, open: reopened, mediaToRenew: vault.media })
}

function resealAll(
  profileId: ProfileId,
  slots: readonly Uint8Array[],
  vaultKey: Uint8Array,
  rng: Rng,
): Result<readonly Uint8Array[], SlotRefusal> {
  const resealed: Uint8Array[] = []
  for (const bytes of slots) {
    const slot = parseSlot(bytes)
    if (!slot.ok) return slot
    resealed.push(encodeSlot(reseal(profileId, slot.value, vaultKey, rng)))
  }
  return ok(resealed)
}

function without<T>(bySlot: ReadonlyMap<string, T>, name: string | undefined): ReadonlyMap<string, T> {
  return new Map([...bySlot].filter(([slot]) => slot !== name))
}

/** `undefined` for a slot that cannot be read. */
function slotName(bytes: Uint8Array): string | undefined {
  const slot = parseSlot(bytes)
  return slot.ok ? hexFromBytes(slot.value.slotPublicKey) : undefined
}

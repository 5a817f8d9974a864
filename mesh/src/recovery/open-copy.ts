import type { AuthorityState } from '@cloudos/crypto/authority-state'
import { hashId } from '@cloudos/crypto/hash'
import { createSigner } from '@cloudos/crypto/signature'
import { hashSlotSet } from '@cloudos/crypto/slots'
import { unlock } from '@cloudos/crypto/unlock'
import { unsealVault } from '@cloudos/crypto/vault'
import type { WayIn } from '@cloudos/crypto/way-in'
import { equalBytes, hexFromBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import { findSlotKind } from '@cloudos/protocol/slot'
import type { SlotKind } from '@cloudos/protocol/slot'
import type { Vault } from '@cloudos/protocol/vault'
import { AuthorityLog } from '../authority-log.ts'
import type { SealedCopy } from '../pairing/talk.ts'

/** Why a way in did not open a copy. */
export type CopyOpenRefusal =
  | { readonly kind: 'wrong-way-in'; readonly way: SlotKind }
  /** The copy has no way in of this kind; it has these. */
  | { readonly kind: 'no-slot'; readonly way: SlotKind; readonly has: readonly SlotKind[] }
  /** What these ways in open was changed or damaged; empty when that is the vault behind all of them. */
  | { readonly kind: 'corrupt-slot'; readonly ways: readonly SlotKind[] }
  | { readonly kind: 'newer-version' }
  | { readonly kind: 'nothing-there' }

/** A copy with all that opens it. ROOT POWER: for one act in a foreground process, then `wipeVault`. */
export interface OpenedCopy {
  readonly state: AuthorityState
  readonly vault: Vault
  /** The hex of the public key of the slot that opened: the name of that way in. */
  readonly slotName: string
}

/** And what more ways in are sealed to. To be wiped too. */
export interface OpenedToChange extends OpenedCopy {
  readonly vaultKey: Uint8Array
}

/** As `openToChange`, without what changes the ways in. */
export async function openCopy(copy: SealedCopy, way: WayIn): Promise<Result<OpenedCopy, CopyOpenRefusal>> {
  const opened = await openToChange(copy, way)
  if (!opened.ok) return opened
  const { vaultKey, ...rest } = opened.value
  vaultKey.fill(0)
  return ok(rest)
}

/**
 * Slots → vault → root, and nothing that is kept anywhere else. Throws `CloudError` 'copy-outdated' when the copy opens and is from before
 * a way in was revoked: its root can let nobody in any more.
 */
export async function openToChange(copy: SealedCopy, way: WayIn): Promise<Result<OpenedToChange, CopyOpenRefusal>> {
  const { profileId, slots, sealedVault, entries } = copy
  if (slots.length === 0 || entries.length === 0) return err({ kind: 'nothing-there' })
  const { state } = await AuthorityLog.open(profileId, inMemory(entries))
  if (hashSlotSet(slots, hashId(sealedVault)) !== state.slotSetHash) return err({ kind: 'corrupt-slot', ways: [] })
  const opened = await unlock(profileId, slots, way)
  if (!opened.ok) return err(refusalFrom(opened.error, way.kind, slots))
  const { vaultKey, slot } = opened.value
  const vault = unsealVault(profileId, vaultKey, sealedVault)
  if (!vault.ok)
    return err(vault.error === 'newer-version' ? { kind: vault.error } : { kind: 'corrupt-slot', ways: [] })
  if (!equalBytes(createSigner(vault.value.rootSeed).publicKey, state.rootPublicKey)) {
    wipeVault(vault.value)
    throw new CloudError(
      'copy-outdated',
      'This copy is from before a way in was revoked, and can let nobody in any more. Use a newer copy.',
    )
  }
  return ok({ state, vault: vault.value, vaultKey, slotName: hexFromBytes(slot.slotPublicKey) })
}

/** As far as JavaScript can. */
export function wipeVault({ rootSeed, secretsKey, keyByEpoch, formerSecretsKeys = [] }: Vault): void {
  for (const key of [rootSeed, secretsKey, ...keyByEpoch.values(), ...formerSecretsKeys]) key.fill(0)
}

/** The kinds of ways in of a copy, each once. */
export function waysOf(slots: readonly Uint8Array[]): readonly SlotKind[] {
  return [...new Set(slots.map(findSlotKind).filter((kind) => kind !== undefined))]
}

function refusalFrom(
  refusal: 'no-slot' | 'wrong-way-in' | 'corrupt-slot' | 'newer-version',
  way: SlotKind,
  slots: readonly Uint8Array[],
): CopyOpenRefusal {
  switch (refusal) {
    case 'wrong-way-in':
      return { kind: refusal, way }
    case 'no-slot':
      return { kind: refusal, way, has: waysOf(slots) }
    case 'corrupt-slot':
      return { kind: refusal, ways: [way] }
    case 'newer-version':
      return { kind: refusal }
  }
}

function inMemory(entries: readonly Uint8Array[]) {
  return { load: () => Promise.resolve({ entries, keyChanges: [] }), append: () => Promise.resolve() }
}

import { addSlot, retireSlot } from '@cloudos/crypto/change-slots'
import type { OpenProfile } from '@cloudos/crypto/change-slots'
import { unsealVault } from '@cloudos/crypto/vault'
import type { Profile } from '@cloudos/mesh/profile'
import { findBytesFromHex, hexFromBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { EpochId } from '@cloudos/protocol/ids'
import { parseSlot } from '@cloudos/protocol/slot'
import type { Slot } from '@cloudos/protocol/slot'
import type { Vault } from '@cloudos/protocol/vault'
import type { StoredWays } from '@cloudos/protocol/way-commands'
import type { ProfileSecrets } from './keep.ts'
import { readableEpochs } from './readable-epochs.ts'

export type WaysChange =
  /** A passphrase or words take the place of those before: what was replaced opens no newer copy. */
  | {
      readonly change: 'add'
      readonly slot: Slot
      readonly label: string
      readonly addedMs: number
      readonly walletAddress?: string
    }
  | { readonly change: 'retire'; readonly name: string }

export interface WaysParts {
  readonly profile: Profile
  readonly secrets: ProfileSecrets
  readonly stored: StoredWays | undefined
  readonly keyByEpoch: ReadonlyMap<EpochId, Uint8Array>
}

/** The vault as it is now, with every key that this browser can read, and the ways in. */
export function openWaysNow({ profile, secrets, stored, keyByEpoch }: WaysParts): OpenProfile {
  const { rootSeed, secretsKey, vaultKey } = secrets
  const before = openVault(profile, vaultKey, stored)
  const vault: Vault = {
    media: [],
    labelBySlot: new Map(),
    ...before,
    rootSeed,
    secretsKey,
    keyByEpoch: new Map([...(before?.keyByEpoch ?? secrets.keyByEpoch), ...readableEpochs(profile), ...keyByEpoch]),
  }
  return { slots: stored?.slots ?? [], vaultKey, vault }
}

export function withChange(open: OpenProfile, change: WaysChange): OpenProfile {
  if (change.change === 'retire') return retireSlot(open, slotPublicKeyFrom(change.name))
  const { slot, label, addedMs, walletAddress } = change
  const names = open.slots.filter((bytes) => isReplacedBy(slot, bytes)).map(nameOf)
  const kept = <T>(bySlot: ReadonlyMap<string, T> | undefined): ReadonlyMap<string, T> =>
    new Map([...(bySlot ?? [])].filter(([of]) => !names.includes(of)))
  const { vault } = open
  const without = {
    ...open,
    slots: open.slots.filter((bytes) => !isReplacedBy(slot, bytes)),
    vault: { ...vault, labelBySlot: kept(vault.labelBySlot), addedMsBySlot: kept(vault.addedMsBySlot) },
  }
  const added = addSlot(without, { slot, label, addedMs })
  return walletAddress === undefined ? added : { ...added, vault: { ...added.vault, walletAddress } }
}

export function slotPublicKeyFrom(name: string): Uint8Array {
  const bytes = findBytesFromHex(name)
  if (bytes?.length !== 32) throw new RangeError('a slot is named by its public key')
  return bytes
}

/** `undefined` for a slot that cannot be read. */
export function nameOf(bytes: Uint8Array): string | undefined {
  const slot = parseSlot(bytes)
  return slot.ok ? hexFromBytes(slot.value.slotPublicKey) : undefined
}

export function openVault(
  { membership: { profileId } }: Pick<Profile, 'membership'>,
  vaultKey: Uint8Array,
  stored: StoredWays | undefined,
): Vault | undefined {
  const vault = stored && unsealVault(profileId, vaultKey, stored.sealedVault)
  if (vault?.ok === false)
    throw new CloudError('vault-damaged', `The vault in this browser does not open (${vault.error}). Nothing was changed.`) // prettier-ignore
  return vault?.value
}

/** There is one passphrase and one set of words; of wallets and passkeys there may be several. */
function isReplacedBy(slot: Slot, bytes: Uint8Array): boolean {
  const old = parseSlot(bytes)
  return old.ok && old.value.kind === slot.kind && (slot.kind === 'passphrase' || slot.kind === 'phrase')
}

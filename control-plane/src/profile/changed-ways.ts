import type { OpenProfile } from '@cloudos/crypto/change-slots'
import { unsealVault } from '@cloudos/crypto/vault'
import type { Profile } from '@cloudos/mesh/profile'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { EpochId } from '@cloudos/protocol/ids'
import { encodeSlot, parseSlot } from '@cloudos/protocol/slot'
import type { Slot } from '@cloudos/protocol/slot'
import type { ProfileSecrets } from './keep.ts'
import { readableEpochs } from './readable-epochs.ts'
import type { StoredWays } from './vault-medium.ts'

/** A new way in. It takes the place of those of its kind: a passphrase that was replaced opens no newer copy. */
export interface WaysChange {
  readonly slot: Slot
  readonly label: string
}

export interface WaysParts {
  readonly profile: Profile
  readonly secrets: ProfileSecrets
  readonly stored: StoredWays | undefined
  readonly keyByEpoch: ReadonlyMap<EpochId, Uint8Array>
  readonly change: WaysChange | undefined
}

/** The vault as it shall be from now on: every key that this browser can read, and the ways in. */
export function changedWays({ profile, secrets, stored, keyByEpoch, change }: WaysParts): OpenProfile {
  const { profileId } = profile.membership
  const { rootSeed, secretsKey, vaultKey } = secrets
  const before = stored && unsealVault(profileId, vaultKey, stored.sealedVault)
  if (before?.ok === false)
    throw new CloudError('vault-damaged', `The vault in this browser does not open (${before.error}). Nothing was changed.`) // prettier-ignore
  const kept = (stored?.slots ?? []).filter((bytes) => change === undefined || kindOf(bytes) !== change.slot.kind)
  const labelBySlot = new Map(before?.value.labelBySlot)
  if (change !== undefined) labelBySlot.set(hexFromBytes(change.slot.slotPublicKey), change.label)
  const slots = change === undefined ? kept : [...kept, encodeSlot(change.slot)]
  const names = new Set(slots.map(nameOf))
  return {
    slots,
    vaultKey,
    vault: {
      rootSeed,
      secretsKey,
      media: before?.value.media ?? [],
      keyByEpoch: new Map([
        ...(before?.value.keyByEpoch ?? secrets.keyByEpoch),
        ...readableEpochs(profile),
        ...keyByEpoch,
      ]),
      labelBySlot: new Map([...labelBySlot].filter(([name]) => names.has(name))),
    },
  }
}

function kindOf(bytes: Uint8Array): Slot['kind'] | undefined {
  const slot = parseSlot(bytes)
  return slot.ok ? slot.value.kind : undefined
}

function nameOf(bytes: Uint8Array): string | undefined {
  const slot = parseSlot(bytes)
  return slot.ok ? hexFromBytes(slot.value.slotPublicKey) : undefined
}

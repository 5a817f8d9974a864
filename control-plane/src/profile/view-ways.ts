import { unsealVault } from '@cloudos/crypto/vault'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import { findSlotKind, parseSlot } from '@cloudos/protocol/slot'
import type { SlotKind } from '@cloudos/protocol/slot'
import type { StoredWays } from '@cloudos/protocol/way-commands'
import type { HeldProfile } from './held.ts'
import type { WayView } from './ways.ts'

/** The ways in with the owner's words for them; without those where the vault is sealed with a key this browser has not got yet. */
export function viewWays({ profileId, secrets }: HeldProfile, { slots, sealedVault }: StoredWays): readonly WayView[] {
  const vault = unsealVault(profileId, secrets.vaultKey, sealedVault)
  return slots.map((bytes) => {
    const slot = parseSlot(bytes)
    const kind = slot.ok ? slot.value.kind : 'unknown'
    const name = slot.ok ? hexFromBytes(slot.value.slotPublicKey) : hexFromBytes(bytes.subarray(66, 98))
    const label = (vault.ok ? vault.value.labelBySlot.get(name) : undefined) ?? nameOfKind(findSlotKind(bytes))
    const addedMs = vault.ok ? vault.value.addedMsBySlot?.get(name) : undefined
    const deviceId = vault.ok ? vault.value.deviceBySlot?.get(name) : undefined
    return {
      ...{ name, kind, label },
      ...(addedMs !== undefined && { addedMs }),
      ...(deviceId !== undefined && { deviceId }),
    }
  })
}

/** What the vault says of the built-in wallet. */
export function findWalletAddress(
  { profileId, secrets }: HeldProfile,
  { sealedVault }: StoredWays,
): string | undefined {
  const vault = unsealVault(profileId, secrets.vaultKey, sealedVault)
  return vault.ok ? vault.value.walletAddress : undefined
}

function nameOfKind(kind: SlotKind | undefined): string {
  switch (kind) {
    case 'passphrase':
      return 'Passphrase'
    case 'passkey':
      return 'Passkey'
    case 'phrase':
      return 'Recovery words'
    case 'wallet-message':
    case 'wallet-memo':
      return 'Wallet'
    case 'built-in-wallet':
      return 'Built-in wallet'
    case 'device-keychain':
      return 'Device keychain'
    case undefined:
      return 'Unknown'
  }
}

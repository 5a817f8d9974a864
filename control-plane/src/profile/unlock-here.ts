import { unsealDevice } from '@cloudos/crypto/device-seal'
import type { DeviceSecrets } from '@cloudos/crypto/device-seal'
import { unsealVault } from '@cloudos/crypto/vault'
import type { WayIn } from '@cloudos/crypto/way-in'
import { AuthorityLog } from '@cloudos/mesh/authority-log'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { ProfileId } from '@cloudos/protocol/ids'
import type { BlobStore } from '@cloudos/protocol/ports'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import type { SlotKind } from '@cloudos/protocol/slot'
import type { Vault } from '@cloudos/protocol/vault'
import type { HeldProfile } from './held.ts'
import type { KeepDatabase, SealedProfile } from './keep.ts'
import { createAuthorityStore } from './keep-ports.ts'
import { damageAmong, kindsAmong, openWays } from './open-ways.ts'
import { slotSetsOf } from './slot-sets.ts'
import { readWays } from './vault-medium.ts'
import type { FoundWays } from './vault-medium.ts'
import type { OpenRefusal } from './ways.ts'

/**
 * Opens what lies sealed in this browser with any of its ways in. Every attempt stretches a passphrase in full, right or wrong. Throws
 * `CloudError` when what a right way in opens does not hold together.
 */
export async function unlockHere(
  { profileId, signing, sealedDevice }: SealedProfile,
  keep: KeepDatabase,
  medium: BlobStore,
  way: WayIn,
): Promise<Result<HeldProfile, OpenRefusal>> {
  const found = await findHere(profileId, keep, medium)
  if (found.kind === 'damaged') return err(await damageAmong(profileId, found.slots, way))
  if (found.kind !== 'found') return err({ kind: found.kind })
  const opened = await openWays(profileId, found.ways.slots, way)
  if (!opened.ok) return opened
  const { vaultKey } = opened.value
  const vault = unsealVault(profileId, vaultKey, found.ways.sealedVault)
  if (!vault.ok) throw damaged(vault.error)
  const { rootSeed, secretsKey, keyByEpoch } = vault.value
  const { boxSecret, peerSeed, signSeed, phrase } = openDevice(profileId, vault.value, sealedDevice)
  const signKey = signing ?? signSeed
  if (signKey === undefined) throw damaged('a key is missing')
  const keys = { signing: signKey, boxSecret, peerSeed }
  const secrets = { keys, rootSeed, secretsKey, vaultKey, keyByEpoch, ...(phrase && { phrase }) }
  return ok({ profileId, secrets })
}

/** What a locked screen may ask for. */
export async function waysHere(
  { profileId }: SealedProfile,
  keep: KeepDatabase,
  medium: BlobStore,
): Promise<readonly SlotKind[]> {
  const found = await findHere(profileId, keep, medium)
  if (found.kind === 'found') return kindsAmong(found.ways.slots)
  return found.kind === 'damaged' ? kindsAmong(found.slots) : []
}

/** Whether a way in opens this slot of what lies here. `undefined` when it does. */
export async function testHere(
  profileId: ProfileId,
  { keep, medium, slotName, way }: { keep: KeepDatabase; medium: BlobStore; slotName: string; way: WayIn },
): Promise<OpenRefusal | undefined> {
  const found = await findHere(profileId, keep, medium)
  if (found.kind === 'damaged') return damageAmong(profileId, found.slots, way)
  if (found.kind !== 'found') return { kind: found.kind }
  const opened = await openWays(profileId, found.ways.slots, way)
  if (!opened.ok) return opened.error
  const { vaultKey, slot } = opened.value
  vaultKey.fill(0)
  return hexFromBytes(slot.slotPublicKey) === slotName ? undefined : { kind: 'wrong-way-in', way: way.kind }
}

async function findHere(profileId: ProfileId, keep: KeepDatabase, medium: BlobStore): Promise<FoundWays> {
  return readWays(medium, slotSetsOf(await AuthorityLog.open(profileId, createAuthorityStore(keep))))
}

/** Sealed before a way in was revoked elsewhere, it opens with the key of that time, which the vault has kept. */
function openDevice(profileId: ProfileId, vault: Vault, sealedDevice: Uint8Array): DeviceSecrets {
  const keys = [vault.secretsKey, ...(vault.formerSecretsKeys ?? []).toReversed()]
  for (const key of keys) {
    const device = unsealDevice(profileId, key, sealedDevice)
    if (device.ok) return device.value
  }
  throw damaged('its keys do not open')
}

function damaged(reason: string): CloudError {
  return new CloudError(
    'ways-damaged',
    `What this browser keeps of your profile is damaged (${reason}). Nothing was opened or deleted.`,
  )
}

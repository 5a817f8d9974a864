import { unsealDevice } from '@cloudos/crypto/device-seal'
import { unlock } from '@cloudos/crypto/unlock'
import type { UnlockRefusal } from '@cloudos/crypto/unlock'
import { unsealVault } from '@cloudos/crypto/vault'
import { passphraseWay } from '@cloudos/crypto/way-in'
import { AuthorityLog } from '@cloudos/mesh/authority-log'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { BlobStore } from '@cloudos/protocol/ports'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import type { HeldProfile } from './held.ts'
import type { KeepDatabase, SealedProfile } from './keep.ts'
import { createAuthorityStore } from './keep-ports.ts'
import { findWays } from './vault-medium.ts'

/**
 * Opens what lies sealed in this browser. Every attempt stretches the passphrase in full, right or wrong. Throws `CloudError` when
 * what is stored here does not hold together, whatever the passphrase.
 */
export async function unlockHere(
  { profileId, signing, sealedDevice }: SealedProfile,
  keep: KeepDatabase,
  medium: BlobStore,
  passphrase: string,
): Promise<Result<HeldProfile, UnlockRefusal>> {
  const { state } = await AuthorityLog.open(profileId, createAuthorityStore(keep))
  const ways = await findWays(medium, state)
  if (ways === undefined) throw damaged('no ways in')
  const opened = await unlock(profileId, ways.slots, passphraseWay(passphrase))
  if (!opened.ok) return err(opened.error)
  const { vaultKey } = opened.value
  const vault = unsealVault(profileId, vaultKey, ways.sealedVault)
  if (!vault.ok) throw damaged(vault.error)
  const { rootSeed, secretsKey, keyByEpoch } = vault.value
  const device = unsealDevice(profileId, secretsKey, sealedDevice)
  if (!device.ok) throw damaged(device.error)
  const { boxSecret, peerSeed, signSeed, recoverySeed } = device.value
  const signKey = signing ?? signSeed
  if (signKey === undefined || recoverySeed === undefined) throw damaged('a key is missing')
  const keys = { signing: signKey, boxSecret, peerSeed }
  return ok({ profileId, secrets: { keys, rootSeed, recoverySeed, secretsKey, vaultKey, keyByEpoch } })
}

function damaged(reason: string): CloudError {
  return new CloudError(
    'ways-damaged',
    `What this browser keeps of your profile is damaged (${reason}). Nothing was opened or deleted.`,
  )
}

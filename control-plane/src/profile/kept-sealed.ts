import { sealDevice, unsealDevice } from '@cloudos/crypto/device-seal'
import type { Rng } from '@cloudos/protocol/ports'
import type { HeldProfile } from './held.ts'
import type { SealedProfile } from './keep.ts'

/** What lies in this browser while only a way in opens it. */
export function keptSealed({ profileId, secrets }: HeldProfile, rng: Rng): SealedProfile {
  const { secretsKey, phrase } = secrets
  const { signing, boxSecret, peerSeed } = secrets.keys
  const isSeed = signing instanceof Uint8Array
  const seeds = { boxSecret, peerSeed, ...(phrase && { phrase }), ...(isSeed && { signSeed: signing }) }
  const sealedDevice = sealDevice(profileId, secretsKey, seeds, rng)
  return { protection: 'sealed', profileId, signing: isSeed ? undefined : signing, sealedDevice }
}

/** Whether the vault of now opens what lies here. */
export function opensWith({ profileId, secrets }: HeldProfile, { sealedDevice }: SealedProfile): boolean {
  return unsealDevice(profileId, secrets.secretsKey, sealedDevice).ok
}

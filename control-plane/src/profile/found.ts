import { foundProfile } from '@cloudos/crypto/found-profile'
import { PHRASE_BYTES, recoverySeedFrom } from '@cloudos/crypto/phrase'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import { createDeviceKeys, identityFrom } from './device-keys.ts'
import { findKeptProfile, keepFounded } from './keep.ts'
import type { KeepDatabase, KeptProfile } from './keep.ts'

export interface FoundingParts {
  readonly keep: KeepDatabase
  readonly rng: Rng
  readonly clock: Clock
  /** How the owner will know this browser among the devices. */
  readonly deviceName: string
}

/** "Start now with a new key": a profile made in this browser and kept in it. When another tab has just made one, that one is it. */
export async function foundHere({ keep, rng, clock, deviceName }: FoundingParts): Promise<KeptProfile> {
  const keys = await createDeviceKeys(rng)
  const identity = await identityFrom(keys)
  const device = { identity, name: deviceName, class: 'browser', caps: ['approve'] } as const
  const phrase = rng.bytes(PHRASE_BYTES)
  const { profileId, rootSeed, entries, keyByEpoch } = await foundProfile({
    rng,
    nowMs: clock.nowMs(),
    devices: [device],
    recoverySeed: recoverySeedFrom(phrase),
  })
  const [secretsKey, vaultKey] = [rng.bytes(32), rng.bytes(32)]
  const secrets = { keys, rootSeed, phrase, secretsKey, vaultKey, keyByEpoch }
  const founded: KeptProfile = { protection: 'none', profileId, secrets }
  const first = await keepFounded(keep, founded, entries.map(({ bytes }) => bytes)) // prettier-ignore
  return first ? founded : ((await findKeptProfile(keep)) ?? founded)
}

import type { AuthorityState } from '@cloudos/crypto/authority-state'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { foundProfile } from '@cloudos/crypto/found-profile'
import type { Signer } from '@cloudos/crypto/signature'
import type { VerifiedEntry } from '@cloudos/crypto/verified-entry'
import { PHRASE_BYTES, recoverySeedFrom } from '@cloudos/crypto/phrase'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import { createDeviceKeys, identityFrom } from './device-keys.ts'
import { findKeptProfile, keepFounded } from './keep.ts'
import type { HeldProfile } from './held.ts'
import type { KeepDatabase, KeptProfile } from './keep.ts'

export interface FoundingParts {
  readonly keep: KeepDatabase
  readonly rng: Rng
  readonly clock: Clock
  /** How the owner will know this browser among the devices. */
  readonly deviceName: string
}

/** A profile in memory, nothing of it kept anywhere yet. */
export interface MadeProfile {
  readonly held: HeldProfile
  readonly identity: DeviceIdentity
  readonly state: AuthorityState
  readonly rootSigner: Signer
  readonly entries: readonly VerifiedEntry[]
}

export async function makeProfile({ rng, clock, deviceName }: Omit<FoundingParts, 'keep'>): Promise<MadeProfile> {
  const keys = await createDeviceKeys(rng)
  const identity = await identityFrom(keys)
  const device = { identity, name: deviceName, class: 'browser', caps: ['approve'] } as const
  const phrase = rng.bytes(PHRASE_BYTES)
  const { profileId, rootSeed, rootSigner, entries, state, keyByEpoch } = await foundProfile({
    rng,
    nowMs: clock.nowMs(),
    devices: [device],
    recoverySeed: recoverySeedFrom(phrase),
  })
  const [secretsKey, vaultKey] = [rng.bytes(32), rng.bytes(32)]
  const secrets = { keys, rootSeed, phrase, secretsKey, vaultKey, keyByEpoch }
  return { held: { profileId, secrets }, identity, state, rootSigner, entries }
}

/** "Start now with a new key": a profile made in this browser and kept in it. When another tab has just made one, that one is it. */
export async function foundHere({ keep, ...parts }: FoundingParts): Promise<KeptProfile> {
  const { held, entries } = await makeProfile(parts)
  const founded: KeptProfile = { protection: 'none', ...held }
  const first = await keepFounded(keep, founded, entries.map(({ bytes }) => bytes)) // prettier-ignore
  return first ? founded : ((await findKeptProfile(keep)) ?? founded)
}

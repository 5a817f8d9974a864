import { DEFAULT_POLICY } from '@cloudos/protocol/authority-body'
import type { AuthorityBody } from '@cloudos/protocol/authority-body'
import type { DeviceCap, DeviceCertificate, DeviceClass } from '@cloudos/protocol/certificate'
import { NO_HASH } from '@cloudos/protocol/ids'
import type { EpochId, ProfileId } from '@cloudos/protocol/ids'
import type { Rng } from '@cloudos/protocol/ports'
import { appendEntries, keyByEpochFrom, newEpoch } from './append-entries.ts'
import { foldAuthority } from './authority-fold.ts'
import type { AuthorityState } from './authority-state.ts'
import { issueCertificate } from './certificate-check.ts'
import { deviceIdFrom, profileIdFrom } from './derive.ts'
import type { DeviceIdentity } from './device-identity.ts'
import { createSigner } from './signature.ts'
import type { Signer } from './signature.ts'
import type { VerifiedEntry } from './verified-entry.ts'

export interface Founding {
  readonly rng: Rng
  readonly nowMs: number
  readonly devices: readonly FoundingDevice[]
  readonly rootSeed?: Uint8Array
  /** From the recovery phrase (`recoverySeedFrom`). Without it the profile gets one nobody has written down yet: keep the result's. */
  readonly recoverySeed?: Uint8Array
}

export interface FoundingDevice {
  readonly identity: DeviceIdentity
  readonly name: string
  readonly class: DeviceClass
  readonly caps?: readonly DeviceCap[]
}

/** Both seeds are the owner's: into the vault and the recovery kit, never onto a device. */
export interface FoundedProfile {
  readonly profileId: ProfileId
  readonly rootSeed: Uint8Array
  readonly rootSigner: Signer
  readonly recoverySeed: Uint8Array
  readonly entries: readonly VerifiedEntry[]
  readonly state: AuthorityState
  readonly keyByEpoch: ReadonlyMap<EpochId, Uint8Array>
}

/** A profile from nothing: genesis, the first devices, and an epoch for those that read. */
export async function foundProfile({ rng, nowMs, devices, ...seeds }: Founding): Promise<FoundedProfile> {
  const rootSeed = seeds.rootSeed ?? rng.bytes(32)
  const recoverySeed = seeds.recoverySeed ?? rng.bytes(32)
  const rootSigner = createSigner(rootSeed)
  const recoveryPublicKey = createSigner(recoverySeed).publicKey
  const profileId = profileIdFrom(rootSigner.publicKey, recoveryPublicKey)
  const certificates: DeviceCertificate[] = []
  for (const device of devices) {
    const { identity, name, caps = [] } = device
    const challenge = rng.bytes(32)
    certificates.push(
      await issueCertificate({ profileId, identity, name, class: device.class, caps, challenge, nowMs }),
    )
  }
  const { body, key } = newEpoch(profileId, readersAmong(certificates), rng)
  const bodies: readonly AuthorityBody[] = [
    { kind: 'genesis', rootPublicKey: rootSigner.publicKey, recoveryPublicKey, policy: DEFAULT_POLICY },
    ...certificates.map((certificate) => ({ kind: 'add-device', certificate, sealedByEpoch: new Map() }) as const),
    body,
  ]
  const entries = await appendEntries({ profileId, tip: NO_HASH, seq: 0 }, rootSigner, bodies, nowMs)
  const state = foldAuthority(profileId, entries)
  if (!state.ok) throw new Error('a new profile without a genesis')
  return {
    profileId,
    rootSeed,
    rootSigner,
    recoverySeed,
    entries,
    state: state.value,
    keyByEpoch: keyByEpochFrom(entries, key),
  }
}

function readersAmong(certificates: readonly DeviceCertificate[]) {
  return certificates
    .filter((certificate) => certificate.class !== 'vault')
    .map(({ signPublicKey, boxPublicKey }) => ({ deviceId: deviceIdFrom(signPublicKey), boxPublicKey }))
}

import type { AuthorityState } from '@cloudos/crypto/authority-state'
import { issueCertificate } from '@cloudos/crypto/certificate-check'
import { createDeviceSeeds, deviceIdentityFrom } from '@cloudos/crypto/device-identity'
import { membershipFrom } from '@cloudos/crypto/membership'
import type { Membership } from '@cloudos/crypto/membership'
import type { EpochId } from '@cloudos/protocol/ids'
import type { Rng } from '@cloudos/protocol/ports'
import type { Result } from '@cloudos/protocol/result'

/**
 * The log as somebody reads it who holds the vault and is no device: as one that was let in after the last entry, under keys nobody else
 * ever sees, and with the vault's keys for the epochs. Nobody would take what it wrote.
 */
export async function readerFrom(
  state: AuthorityState,
  keyByEpoch: ReadonlyMap<EpochId, Uint8Array>,
  rng: Rng,
): Promise<Result<Membership, string>> {
  const identity = deviceIdentityFrom(createDeviceSeeds(rng))
  const { deviceId } = identity
  const certificate = await issueCertificate({
    ...{ profileId: state.profileId, identity, name: 'reader', class: 'agent' },
    ...{ caps: [], challenge: rng.bytes(32), nowMs: 0 },
  })
  const reader = { deviceId, certificate, order: Number.MAX_SAFE_INTEGER, revoked: undefined }
  const deviceById = new Map(state.deviceById).set(deviceId, reader)
  const membership = membershipFrom({ ...state, deviceById }, identity)
  if (!membership.ok) return membership
  return { ok: true, value: { ...membership.value, epochKey: (epochId) => keyByEpoch.get(epochId)?.slice() } }
}

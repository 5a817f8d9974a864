import { addDevice } from '@cloudos/crypto/change-authority'
import { verifyCertificate } from '@cloudos/crypto/certificate-check'
import type { Profile } from '@cloudos/mesh/profile'
import { parseCertificate } from '@cloudos/protocol/certificate'
import type { DeviceCertificate } from '@cloudos/protocol/certificate'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { ProfileId } from '@cloudos/protocol/ids'
import { readableEpochs } from './readable-epochs.ts'
import type { RootActs } from './root-acts.ts'

/**
 * With the owner's yes: checks that the device holds the keys it shows, signs it in, gives it every epoch this browser can read, and
 * keeps all that durably here first. Resolves with the new entries.
 */
export async function signInDevice(
  profile: Profile,
  root: RootActs,
  certificateBytes: Uint8Array,
  challenge: Uint8Array,
): Promise<readonly Uint8Array[]> {
  const certificate = await checkCertificate(certificateBytes, profile.authority.state.profileId, challenge)
  return root.act(async (power) => ({ entries: await addDevice(power, certificate, readableEpochs(profile)) }))
}

/** The certificate a device has shown, once it is sure that it holds the keys in it. Throws 'bad-certificate' (`CloudError`). */
export async function checkCertificate(
  bytes: Uint8Array,
  profileId: ProfileId,
  challenge: Uint8Array,
): Promise<DeviceCertificate> {
  const certificate = parseCertificate(bytes)
  if (!certificate.ok) throw badCertificate(certificate.error)
  const verdict = await verifyCertificate(certificate.value, profileId, challenge)
  if (!verdict.ok) throw badCertificate(verdict.error)
  return certificate.value
}

function badCertificate(reason: string): CloudError {
  return new CloudError('bad-certificate', `The device showed keys that do not hold (${reason}). It was not added.`)
}

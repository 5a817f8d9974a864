import { addDevice } from '@cloudos/crypto/change-authority'
import { verifyCertificate } from '@cloudos/crypto/certificate-check'
import type { Profile } from '@cloudos/mesh/profile'
import { parseCertificate } from '@cloudos/protocol/certificate'
import { CloudError } from '@cloudos/protocol/cloud-error'
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
  const certificate = parseCertificate(certificateBytes)
  if (!certificate.ok) throw badCertificate(certificate.error)
  const verdict = await verifyCertificate(certificate.value, profile.authority.state.profileId, challenge)
  if (!verdict.ok) throw badCertificate(verdict.error)
  return root.act(async (power) => ({ entries: await addDevice(power, certificate.value, readableEpochs(profile)) }))
}

function badCertificate(reason: string): CloudError {
  return new CloudError('bad-certificate', `The device showed keys that do not hold (${reason}). It was not added.`)
}

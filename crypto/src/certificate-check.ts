import { equalBytes } from '@cloudos/protocol/bytes'
import { certificateProofPayload, encodeRenewal } from '@cloudos/protocol/certificate'
import type { CertificateRenewal, DeviceCap, DeviceCertificate, DeviceClass } from '@cloudos/protocol/certificate'
import type { DeviceId, ProfileId } from '@cloudos/protocol/ids'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import type { Signed } from '@cloudos/protocol/signed'
import { deviceIdFrom } from './derive.ts'
import type { DeviceIdentity } from './device-identity.ts'
import { boxPublicKey, isBoxPublicKey } from './seal-key.ts'
import { hasTorsion } from './signature-form.ts'
import { createSigner, signFor, verifyFor } from './signature.ts'
import type { MaybePromise, Signer } from './signature.ts'

const DAY_MS = 24 * 60 * 60_000

/** A browser is borrowed, stolen and left open more easily than a machine that stays where it is; open, it renews itself. */
export const CERTIFICATE_TTL_MS: Readonly<Record<DeviceClass, number>> = {
  agent: 180 * DAY_MS,
  vault: 180 * DAY_MS,
  browser: DAY_MS,
}

export interface CertificateRequest {
  readonly profileId: ProfileId
  readonly identity: DeviceIdentity
  readonly name: string
  readonly class: DeviceClass
  readonly caps: readonly DeviceCap[]
  /** 32 random bytes from whoever will sign the AddDevice entry. */
  readonly challenge: Uint8Array
  readonly nowMs: number
}

/** The certificate a device asks for, with the proof that it holds its keys. It counts once the root has put it into the authority log. */
export async function issueCertificate(request: CertificateRequest): Promise<DeviceCertificate> {
  const { profileId, identity, challenge, nowMs } = request
  const keys = {
    signPublicKey: identity.signer.publicKey,
    boxPublicKey: boxPublicKey(identity.boxSecret),
    peerPublicKey: createSigner(identity.peerSeed).publicKey,
  }
  const proof = await signFor(identity.signer, 'pair', certificateProofPayload(profileId, keys, challenge))
  return {
    ...keys,
    name: request.name,
    class: request.class,
    caps: request.caps,
    notBeforeMs: nowMs,
    notAfterMs: nowMs + CERTIFICATE_TTL_MS[request.class],
    proof,
    challenge,
  }
}

export type CertificateFault = 'other-challenge' | 'weak-key' | 'shared-key' | 'bad-proof'

/**
 * Before the root signs a device in: the answer is to this `challenge` and for this profile, every key is one its holder alone can
 * use, no two purposes share a key, and the device holds the signing key. The form of the name was checked when it was parsed.
 */
export async function verifyCertificate(
  certificate: DeviceCertificate,
  profileId: ProfileId,
  challenge: Uint8Array,
): Promise<Result<DeviceId, CertificateFault>> {
  if (!equalBytes(certificate.challenge, challenge)) return err('other-challenge')
  const signingKeys = signingKeysOf(certificate)
  if (signingKeys.some(hasTorsion) || !isBoxPublicKey(certificate.boxPublicKey)) return err('weak-key')
  if (signingKeys.some((key, i) => signingKeys.slice(0, i).some((other) => equalBytes(key, other)))) {
    return err('shared-key')
  }
  const payload = certificateProofPayload(profileId, certificate, challenge)
  const holds = await verifyFor(certificate.signPublicKey, 'pair', payload, certificate.proof)
  return holds ? ok(deviceIdFrom(certificate.signPublicKey)) : err('bad-proof')
}

function signingKeysOf(certificate: DeviceCertificate): readonly Uint8Array[] {
  const { signPublicKey, peerPublicKey, spendPublicKey, settlePublicKey } = certificate
  return [signPublicKey, peerPublicKey, spendPublicKey, settlePublicKey].filter((key) => key !== undefined)
}

/** Root power: a later end for a certificate, carried outside the log so that a tab kept open does not grow it. */
export async function signRenewal(root: Signer, renewal: CertificateRenewal): Promise<Signed<CertificateRenewal>> {
  const payload = encodeRenewal(renewal)
  return { value: renewal, payload, signature: await signFor(root, 'renew', payload) }
}

/** A whole life from now on for the certificate of a device of this class. */
export function renewalFrom(
  profileId: ProfileId,
  { deviceId, class: deviceClass }: { readonly deviceId: DeviceId; readonly class: DeviceClass },
  nowMs: number,
): CertificateRenewal {
  return { profileId, deviceId, issuedAtMs: nowMs, notAfterMs: nowMs + CERTIFICATE_TTL_MS[deviceClass] }
}

/** By the root of now: a root that was replaced renews nobody. */
export function verifyRenewal(renewal: Signed<CertificateRenewal>, rootPublicKey: Uint8Array): MaybePromise<boolean> {
  return verifyFor(rootPublicKey, 'renew', renewal.payload, renewal.signature)
}

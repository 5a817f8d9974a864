import { encodeCbor } from './cbor.ts'
import { bytesOf, id, oneOf, setOf, text, uint } from './codecs.ts'
import { isDisplayText } from './display-text.ts'
import { bytesFromId } from './ids.ts'
import type { DeviceId, ProfileId } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, checked, encodeRecord, maybeAt, parseRecord, record } from './record.ts'
import type { RecordRefusal } from './record.ts'
import type { Result } from './result.ts'

/** A vault stores and serves what it cannot read; a browser has a person in front of it. */
export type DeviceClass = 'agent' | 'browser' | 'vault'

/** `exec`: may have commands and jobs run on other devices. `approve`: a person sits in front and may say yes for the profile. */
export type DeviceCap = 'exec' | 'approve'

/** The public keys of a device, each for one purpose. */
export interface DeviceKeys {
  readonly signPublicKey: Uint8Array
  readonly boxPublicKey: Uint8Array
  /** Of the libp2p peer id. */
  readonly peerPublicKey: Uint8Array
  readonly spendPublicKey?: Uint8Array
  readonly settlePublicKey?: Uint8Array
}

/** Who a device is. It counts only inside an AddDevice entry of the authority log; nothing here has been verified. */
export interface DeviceCertificate extends DeviceKeys {
  readonly name: string
  readonly class: DeviceClass
  readonly caps: readonly DeviceCap[]
  readonly notBeforeMs: number
  /** Gates connections and commands; what the device wrote stays valid until it is revoked. */
  readonly notAfterMs: number
  /** The device's signature over `certificateProofPayload`, domain `pair`: nobody gets a certificate for a key they do not hold. */
  readonly proof: Uint8Array
  /** Chosen at random by whoever issued the certificate, so that anyone can check the proof later. */
  readonly challenge: Uint8Array
}

export type CertificateRefusal = RecordRefusal<DeviceCertificate> | CertificateRule
export type CertificateRule = 'bad-validity' | 'exec-and-approve'

const publicKey = bytesOf(32)
const deviceClass = oneOf<DeviceClass>({ agent: 1, browser: 2, vault: 3 })

export const deviceName = text(LIMITS.deviceNameMaxBytes, isDisplayText)

export const certificateCodec = checked(
  record<DeviceCertificate>({
    signPublicKey: at(1, publicKey),
    boxPublicKey: at(2, publicKey),
    peerPublicKey: at(3, publicKey),
    spendPublicKey: maybeAt(4, publicKey),
    settlePublicKey: maybeAt(5, publicKey),
    name: at(6, deviceName),
    class: at(7, deviceClass),
    caps: at(8, setOf(oneOf<DeviceCap>({ approve: 1, exec: 2 }), { max: 2 })),
    notBeforeMs: at(9, uint()),
    notAfterMs: at(10, uint()),
    proof: at(11, bytesOf(64)),
    challenge: at(12, bytesOf(32)),
  }),
  checkCertificate,
)

function checkCertificate(certificate: DeviceCertificate): CertificateRule | undefined {
  if (certificate.notBeforeMs >= certificate.notAfterMs) return 'bad-validity'
  // An agent that may act and may also say yes to itself needs no person at all.
  if (certificate.class === 'agent' && certificate.caps.length === 2) return 'exec-and-approve'
  return undefined
}

export function encodeCertificate(certificate: DeviceCertificate): Uint8Array {
  return encodeRecord(certificateCodec, certificate)
}

export function parseCertificate(bytes: Uint8Array): Result<DeviceCertificate, CertificateRefusal> {
  return parseRecord(certificateCodec, bytes, LIMITS.certificateMaxBytes)
}

const NO_KEY = new Uint8Array(0)

/** What a device signs (domain `pair`) to show that it holds its key and means this profile. */
export function certificateProofPayload(profileId: ProfileId, keys: DeviceKeys, challenge: Uint8Array): Uint8Array {
  const { signPublicKey, boxPublicKey, peerPublicKey, spendPublicKey = NO_KEY, settlePublicKey = NO_KEY } = keys
  const publicKeys = [signPublicKey, boxPublicKey, peerPublicKey, spendPublicKey, settlePublicKey]
  return encodeCbor([bytesFromId(profileId), publicKeys, challenge])
}

/** Moves the end of a certificate. Signed by the root outside the log (domain `renew`); the latest `issuedAtMs` counts. */
export interface CertificateRenewal {
  readonly profileId: ProfileId
  readonly deviceId: DeviceId
  readonly issuedAtMs: number
  readonly notAfterMs: number
}

export type RenewalRefusal = RecordRefusal<CertificateRenewal> | 'bad-validity'

const renewalCodec = checked(
  record<CertificateRenewal>({
    profileId: at(1, id('ProfileId')),
    deviceId: at(2, id('DeviceId')),
    issuedAtMs: at(3, uint()),
    notAfterMs: at(4, uint()),
  }),
  (renewal) => (renewal.issuedAtMs >= renewal.notAfterMs ? 'bad-validity' : undefined),
)

export function encodeRenewal(renewal: CertificateRenewal): Uint8Array {
  return encodeRecord(renewalCodec, renewal)
}

export function parseRenewal(bytes: Uint8Array): Result<CertificateRenewal, RenewalRefusal> {
  return parseRecord(renewalCodec, bytes, LIMITS.certificateMaxBytes)
}

import { certificateCodec } from './certificate.ts'
import type { DeviceCertificate } from './certificate.ts'
import { bytesOf, id, mapOf, oneOf, uint } from './codecs.ts'
import type { DeviceId, DocId, EpochId, Hash, Incarnation } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, record, variant } from './record.ts'
import type { FieldRefusal } from './record.ts'

/** How long things last in this profile. */
export interface ProfilePolicy {
  readonly browserCertificateHours: number
  readonly agentCertificateDays: number
  readonly epochDays: number
}

export const DEFAULT_POLICY: ProfilePolicy = { browserCertificateHours: 24, agentCertificateDays: 180, epochDays: 30 }

/** The first entry. The profile's id is derived from both keys; the recovery key outranks the root for ever after. */
export interface Genesis {
  readonly rootPublicKey: Uint8Array
  readonly recoveryPublicKey: Uint8Array
  readonly policy: ProfilePolicy
}

export interface AddDevice {
  readonly certificate: DeviceCertificate
  /** The keys of the epochs it may read, each sealed to its box key (80 bytes). */
  readonly sealedByEpoch: ReadonlyMap<EpochId, Uint8Array>
}

export const REVOCATION_REASONS = ['lost', 'stolen', 'retired', 'misbehaved'] as const
export type RevocationReason = (typeof REVOCATION_REASONS)[number]

export interface RevokeDevice {
  readonly deviceId: DeviceId
  readonly reason: RevocationReason
}

/** The last admissible seq of each chain of a revoked device, by document. */
export interface Cut {
  readonly deviceId: DeviceId
  readonly chainsByDoc: ReadonlyMap<DocId, ReadonlyMap<Incarnation, number>>
}

/** The new epoch's id is the first 8 bytes of this entry's hash, so epochs of two branches never share a name. */
export interface RotateEpoch {
  readonly sealedByDevice: ReadonlyMap<DeviceId, Uint8Array>
}

export interface SetPolicy {
  readonly policy: ProfilePolicy
}

/** The hash of `slotSetBytes` (head.ts). A head with other slots is not this profile's. */
export interface SlotChange {
  readonly slotSetHash: Hash
}

/** Signed by the old root, or by the recovery key, which then outranks root entries of equal or higher seq. */
export interface RootRotate {
  readonly newRootPublicKey: Uint8Array
}

/** Signed by the root; `consent` is the old recovery key's signature over `recoveryConsentPayload`, domain `authority`. */
export interface RecoveryRotate {
  readonly newRecoveryPublicKey: Uint8Array
  readonly consent: Uint8Array
}

/** The hash of the folded state, so that a reader need not fold what came before. */
export interface Checkpoint {
  readonly stateHash: Hash
}

export type AuthorityBody =
  | ({ readonly kind: 'genesis' } & Genesis)
  | ({ readonly kind: 'add-device' } & AddDevice)
  | ({ readonly kind: 'revoke-device' } & RevokeDevice)
  | ({ readonly kind: 'cut' } & Cut)
  | ({ readonly kind: 'rotate-epoch' } & RotateEpoch)
  | ({ readonly kind: 'set-policy' } & SetPolicy)
  | ({ readonly kind: 'slot-change' } & SlotChange)
  | ({ readonly kind: 'root-rotate' } & RootRotate)
  | ({ readonly kind: 'recovery-rotate' } & RecoveryRotate)
  | ({ readonly kind: 'checkpoint' } & Checkpoint)

export type BodyRefusal =
  | FieldRefusal<Genesis>
  | FieldRefusal<AddDevice>
  | FieldRefusal<RevokeDevice>
  | FieldRefusal<Cut>
  | FieldRefusal<RotateEpoch>
  | FieldRefusal<SetPolicy>
  | FieldRefusal<SlotChange>
  | FieldRefusal<RootRotate>
  | FieldRefusal<RecoveryRotate>
  | FieldRefusal<Checkpoint>
  | 'unknown-kind'

const publicKey = bytesOf(32)
const sealedKey = bytesOf(80)
const reason = oneOf<RevocationReason>({ lost: 1, stolen: 2, retired: 3, misbehaved: 4 })
const devices = { max: LIMITS.devicesPerProfile }
const docs = { max: LIMITS.docsPerProfile }
const cutChains = mapOf(id('Incarnation'), uint(), { min: 1, max: LIMITS.chainsPerDoc })

const policy = record<ProfilePolicy>({
  browserCertificateHours: at(1, uint(7 * 24, 1)),
  agentCertificateDays: at(2, uint(3650, 1)),
  epochDays: at(3, uint(365, 1)),
})

export const authorityBodyCodec = variant<AuthorityBody, BodyRefusal>({
  genesis: [
    1,
    record<Genesis>({ rootPublicKey: at(1, publicKey), recoveryPublicKey: at(2, publicKey), policy: at(3, policy) }),
  ],
  'add-device': [
    2,
    record<AddDevice>({
      certificate: at(1, certificateCodec),
      sealedByEpoch: at(2, mapOf(id('EpochId'), sealedKey, { max: LIMITS.epochsPerDevice })),
    }),
  ],
  'revoke-device': [3, record<RevokeDevice>({ deviceId: at(1, id('DeviceId')), reason: at(2, reason) })],
  cut: [4, record<Cut>({ deviceId: at(1, id('DeviceId')), chainsByDoc: at(2, mapOf(id('DocId'), cutChains, docs)) })],
  'rotate-epoch': [5, record<RotateEpoch>({ sealedByDevice: at(1, mapOf(id('DeviceId'), sealedKey, devices)) })],
  'set-policy': [6, record<SetPolicy>({ policy: at(1, policy) })],
  'slot-change': [7, record<SlotChange>({ slotSetHash: at(1, id('Hash')) })],
  'root-rotate': [8, record<RootRotate>({ newRootPublicKey: at(1, publicKey) })],
  'recovery-rotate': [
    9,
    record<RecoveryRotate>({ newRecoveryPublicKey: at(1, publicKey), consent: at(2, bytesOf(64)) }),
  ],
  checkpoint: [10, record<Checkpoint>({ stateHash: at(1, id('Hash')) })],
})

import type { AuthorityBody, ProfilePolicy, RevocationReason } from '@cloudos/protocol/authority-body'
import type { DeviceCertificate } from '@cloudos/protocol/certificate'
import type { ChainKey, DeviceId, DocId, EpochId, Hash, ProfileId } from '@cloudos/protocol/ids'
import type { EntryRefusal, Fork, RefusedEntry } from './authority-path.ts'

export interface EnrolledDevice {
  readonly deviceId: DeviceId
  readonly certificate: DeviceCertificate
  /** The seq of its AddDevice entry. */
  readonly order: number
  /** For ever: who comes back comes with new keys. */
  readonly revoked: RevocationReason | undefined
}

/** `aside`: from a branch that lost. `replaced`: signed by a root that is no longer one. Both are for reading only, if it can be helped. */
export type EpochStanding = 'path' | 'aside' | 'replaced'

export interface Epoch {
  readonly epochId: EpochId
  readonly seq: number
  readonly standing: EpochStanding
  readonly sealedByDevice: ReadonlyMap<DeviceId, Uint8Array>
}

/** What the owner must answer, because a machine that answered could be used by a thief. Yes = append it again. */
export interface Question {
  readonly hash: Hash
  readonly ask: 'keep-device' | 'keep-revoked'
  readonly deviceId: DeviceId
  /** True when the entry was signed by a key that has been replaced since: the owner, before they changed it, or the thief. */
  readonly byReplacedKey: boolean
}

export interface AuthorityState {
  readonly profileId: ProfileId
  /** What the next entry names as `prev`, and its seq less one. */
  readonly tip: Hash
  readonly seq: number
  readonly rootPublicKey: Uint8Array
  readonly recoveryPublicKey: Uint8Array
  readonly policy: ProfilePolicy
  /** A head with other slots is refused. */
  readonly slotSetHash: Hash | undefined
  readonly deviceById: ReadonlyMap<DeviceId, EnrolledDevice>
  readonly epochs: readonly Epoch[]
  /** What is written under now; `undefined` until the first RotateEpoch. */
  readonly currentEpoch: EpochId | undefined
  /** A revoked device or a replaced root may hold the current epoch's key, or a live device does not: rotate at the next unlock. */
  readonly rotationDue: boolean
  /** Joined by maximum; for revoked devices only. */
  readonly cutByDoc: ReadonlyMap<DocId, ReadonlyMap<ChainKey, number>>
  /** Every RootRotate and RecoveryRotate that stands. Keep it durably and pass it to the next fold. */
  readonly keyChanges: readonly Hash[]
  readonly forks: readonly Fork[]
  /** From branches that lost, in force already: the next holder of the root appends them again, so that the branch may be forgotten. */
  readonly toAppend: readonly AuthorityBody[]
  readonly questions: readonly Question[]
  readonly refused: readonly RefusedEntry<EntryRefusal | InertReason>[]
  /** For a Checkpoint entry: says how the entries on the path were understood. */
  readonly stateHash: Hash
}

/** The entry stands and changes nothing. */
export type InertReason = 'already-in' | 'shared-key' | 'other-checkpoint'

import type { ChainKey, DeviceId, DocId } from '@cloudos/protocol/ids'
import type { LogDamage } from './frame-log.ts'

export type FrameRefused =
  | 'bad-form'
  | 'unknown-document'
  | 'unknown-device'
  | 'past-cut'
  | 'no-epoch-key'
  | 'bad-signature'
  | 'frozen'
  | 'bad-chain'
  | 'bad-seal'
  | 'bad-padding'
  | 'bad-update'
  | 'foreign-client-id'
  | 'clock-not-continued'
  | 'misplaced-snapshot'
  | 'bad-snapshot'

/** What the owner should be able to see later. Nothing here holds content. */
export type Incident =
  | {
      readonly kind: 'frame-refused'
      readonly docId: DocId
      readonly reason: FrameRefused
      readonly from: string
      readonly deviceId?: DeviceId
    }
  | {
      readonly kind: 'chain-frozen'
      readonly docId: DocId
      readonly chain: ChainKey
      readonly proof: readonly [Uint8Array, Uint8Array]
    }
  /** A snapshot's state is not that of the frames it says: it was not used. */
  | { readonly kind: 'false-snapshot'; readonly docId: DocId; readonly deviceId: DeviceId; readonly from: string }
  | { readonly kind: 'log-damage'; readonly docId: DocId; readonly damage: LogDamage }
  | { readonly kind: 'not-saved'; readonly docId: DocId; readonly code: string; readonly message: string }
  | { readonly kind: 'rollback'; readonly deviceId: DeviceId; readonly docId: DocId }
  | { readonly kind: 'fork'; readonly deviceId: DeviceId; readonly docId: DocId }
  /** A medium shows an older copy than has been seen on it, or another history, or a head of which a part is withheld or damaged. */
  | {
      readonly kind: 'medium-rollback' | 'medium-fork' | 'medium-damage'
      readonly medium: string
      /** The name of the device that was shown otherwise, where it is another. */
      readonly seenBy?: string
    }
  /** The authority log no longer lets this device in: it keeps what it has and speaks to nobody. */
  | { readonly kind: 'removed'; readonly reason: 'unknown-device' | 'revoked' | 'no-epoch' }

export type OnIncident = (incident: Incident) => void

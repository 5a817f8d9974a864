import type { DeviceId, DocId } from '@cloudos/protocol/ids'

/** One device of the profile, as the leader tab last saw it. */
export interface DeviceView {
  readonly deviceId: DeviceId
  readonly name: string
  readonly class: 'agent' | 'browser' | 'vault'
  readonly presence: 'here' | 'online' | 'offline' | 'revoked'
  /** When this browser last was in touch with it; absent when it never was, or is now. */
  readonly lastSeenMs?: number
  readonly certificateEndsMs: number
  readonly signPublicKey: string
}

/** Something the owner should look at. `count` of the same, the newest at `lastMs`. */
export interface IncidentView {
  readonly id: string
  readonly kind: 'frame-refused' | 'chain-frozen' | 'log-damage' | 'not-saved' | 'rollback' | 'fork' | 'removed'
  readonly deviceName?: string
  readonly detail: string
  readonly firstMs: number
  readonly lastMs: number
  readonly count: number
}

/** What the leader tells every tab, whole, on each change. */
export interface ProfileStatus {
  readonly devices: readonly DeviceView[]
  readonly incidents: readonly IncidentView[]
  /** How many other devices have everything that is saved here of a document on their own disks. */
  readonly copies: ReadonlyMap<DocId, number>
}

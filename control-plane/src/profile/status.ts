import type { Room } from '@cloudos/protocol/room'
import type { DeviceId, DocId } from '@cloudos/protocol/ids'
import type { WayView } from './ways.ts'

/** One device of the profile, as the leader tab last saw it. */
export interface DeviceView {
  readonly deviceId: DeviceId
  readonly name: string
  readonly class: 'agent' | 'browser' | 'vault'
  readonly presence: 'here' | 'online' | 'offline' | 'revoked'
  /** When this browser last was in touch with it; absent when it never was, or is now. */
  readonly lastSeenMs?: number
  readonly certificateEndsMs: number
  readonly certificateBeginsMs: number
  readonly signPublicKey: string
  readonly boxPublicKey: string
  readonly peerId: string
  /** The checkpoint of its audit chain that it has handed to the others; unverified. */
  readonly auditTip?: string
  /** Known of an agent that this browser has reached without a network: what is lost with this machine is lost with it. */
  readonly isOnThisMachine?: boolean
  /** Present while it is connected to this browser itself, so that it can be asked. */
  readonly link?: {
    readonly addresses: readonly string[]
    /** The device in between, by name, when there is one; it carries only what both ends have sealed. */
    readonly through?: string
    readonly roundTripMs: number
  }
}

/** Something the owner should look at. `count` of the same, the newest at `lastMs`. */
export interface IncidentView {
  readonly id: string
  readonly kind:
    | 'frame-refused'
    | 'chain-frozen'
    | 'false-snapshot'
    | 'log-damage'
    | 'not-saved'
    | 'rollback'
    | 'fork'
    | 'medium-rollback'
    | 'medium-fork'
    | 'medium-damage'
    | 'removed'
  readonly deviceName?: string
  readonly detail: string
  readonly firstMs: number
  readonly lastMs: number
  readonly count: number
}

/** Adding a device, as far as it has come. `failed` says why and ends it; nothing was shared. */
export type PairingView =
  | { readonly phase: 'idle' }
  | { readonly phase: 'inviting' }
  | { readonly phase: 'waiting'; readonly link: string; readonly expiresAtMs: number }
  | {
      readonly phase: 'comparing'
      readonly requestId: string
      readonly name: string
      readonly class: DeviceView['class']
      readonly words: readonly string[]
    }
  | { readonly phase: 'admitting'; readonly name: string }
  | { readonly phase: 'paired'; readonly name: string }
  | { readonly phase: 'expired' }
  | { readonly phase: 'differ' }
  | { readonly phase: 'failed'; readonly code: string; readonly message: string }

/** The agent next to the page, as far as it has been taken into the profile. */
export type MeetingView =
  | { readonly phase: 'none' }
  | { readonly phase: 'meeting' }
  | { readonly phase: 'met' }
  | { readonly phase: 'failed'; readonly code: string; readonly message: string }

/** Removing a device, as far as it has come; when it is done, the device's presence says so. */
export type RemovalView =
  | { readonly phase: 'none' }
  | { readonly phase: 'removing'; readonly deviceId: DeviceId }
  | { readonly phase: 'failed'; readonly deviceId: DeviceId; readonly message: string }

/** Whether this browser opens by itself. */
export type ProtectionView =
  | { readonly phase: 'none' }
  | { readonly phase: 'protecting' }
  | { readonly phase: 'protected' }
  | { readonly phase: 'failed'; readonly message: string }

/** A repository or a Drive that this browser keeps a copy in by itself, as far as it has come. */
export interface DirectView {
  readonly where: string
  /** It cannot be reached without: it is in no tab's memory and was not to be kept. */
  readonly needsToken: boolean
  /** Whether the token lies here, sealed. */
  readonly remembers: boolean
  /** 0 while nothing was saved. */
  readonly gen: number
  readonly savedAtMs?: number
  readonly behind: number
  /** Of the repository, as far as it was told. */
  readonly room?: Room
  readonly problem?: string
  /** It shows what it should not: nothing is taken from it or written to it until the owner says so. */
  readonly isDoubted?: true
}

/** What the leader tells every tab, whole, on each change. */
export interface ProfileStatus {
  readonly devices: readonly DeviceView[]
  readonly incidents: readonly IncidentView[]
  /** By document: how many frames each other device still lacks of what is saved here, as far as it has said. 0 = a full copy. */
  readonly behind: ReadonlyMap<DocId, ReadonlyMap<DeviceId, number>>
  readonly pairing: PairingView
  readonly meeting: MeetingView
  readonly removal: RemovalView
  readonly protection: ProtectionView
  /** Of kind 'phrase' only once the words are known to be written down: then the recovery kit holds. */
  readonly ways: readonly WayView[]
  /** Of the built-in wallet, which the recovery words yield, where it is known. */
  readonly walletAddress?: string
  /** A way in was revoked in another browser, and this one can sign nothing until a way in brings it the new keys, which lie here. */
  readonly rootReplaced: boolean
  /** `unproven`: all that is here came from one copy, and nothing else has said since that it was the newest. */
  readonly freshness: 'proven' | 'unproven'
  /** Whether devices can be added from here now: the root key is here and an agent is connected. */
  readonly canAdd: boolean
  readonly direct?: DirectView
}

/** How many other devices have everything that is saved here of a document on their own disks. */
export function copiesOf(status: Pick<ProfileStatus, 'behind'>, docId: DocId): number {
  return [...(status.behind.get(docId)?.values() ?? [])].filter((behind) => behind === 0).length
}

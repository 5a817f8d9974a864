import type { WayIn } from '@cloudos/crypto/way-in'
import type { DeviceId, DocId, ProfileId } from '@cloudos/protocol/ids'
import type { RpcClient } from '@cloudos/mesh/rpc'
import type { TabDoc } from '@cloudos/mesh/browser/tab-doc'
import type { Result } from '@cloudos/protocol/result'
import type { DeviceNews } from './device-news.ts'
import type { ProfileStatus } from './status.ts'
import type { Wish } from './status-board.ts'
import type { NewWay, OpenRefusal, RemovalMode, WayView } from './ways.ts'

/** How this browser holds its part of the profile. */
export interface ProfileKept {
  readonly profileId: ProfileId
  readonly deviceId: DeviceId
  readonly signingKey: 'not-extractable' | 'in-site-data'
  /** Whether the browser promised not to evict the site's data. */
  readonly persisted: boolean
}

/** The profile, opened in this tab; some tab of this browser leads and does the work. Disposing it lets another tab lead. */
export interface ProfileInTab extends AsyncDisposable {
  readonly kept: ProfileKept
  readonly notesId: DocId
  /** Calls at once when a leader has already spoken, and on each change. Returns the unsubscriber. */
  onStatus(listener: (status: ProfileStatus) => void): () => void
  /** Hears how devices are doing that some tab looks at. Returns the unsubscriber. */
  onDeviceNews(listener: (news: DeviceNews) => void): () => void
  openDoc(docId: DocId): TabDoc
  /** How a device is asked for commands (`callAgent`), over the connections of whichever tab leads. */
  device(deviceId: DeviceId): RpcClient
  /** Protects the profile in this browser with a passphrase, or with another one in its place. */
  protect(passphrase: string): Promise<void>
  /**
   * Adds a way in under the owner's word for it. A passphrase, passkey or wallet also seals this browser. `not-deterministic`: asked
   * twice, it answered differently, so it could not open the profile again; nothing was kept. Rejects with `CloudError`, as all below.
   */
  addWay(way: NewWay, label: string): Promise<Result<void, 'not-deterministic'>>
  /**
   * `CloudError` 'last-way' when nothing would be left, or nothing that protects this browser. With the entropy of the recovery words that
   * are revoked, new ones take their place, which `words` shows from then on; 'wrong-words' when they are another profile's.
   */
  removeWay(name: WayView['name'], mode: RemovalMode, oldWords?: Uint8Array): Promise<void>
  /** Whether a way in opens the slot of this name. Nothing is changed by it. */
  testWay(name: WayView['name'], way: WayIn): Promise<OpenRefusal | undefined>
  /** From now on this browser opens with the ways in there are. */
  sealHere(): Promise<void>
  /** From now on this browser opens by itself. The ways in stay, for other browsers and for copies. */
  openByItself(): Promise<void>
  /** Gets the new keys after a revocation elsewhere, where this browser opens by itself. `undefined` once it has them. */
  signInAgain(way: WayIn): Promise<OpenRefusal | undefined>
  /** The 24 words, in the browser that founded the profile and until they are known to be written down. */
  words(): Promise<readonly string[] | undefined>
  /** The owner has typed back the words that `placesToAsk` chose: they open the profile from now on and lie here no more. */
  kitChecked(): Promise<void>
  /** The owner takes what is here for the newest there is: what waited for a second source waits no more. */
  trustCopy(): Promise<void>
  /** Takes this browser out of the profile. Resolves once another device has that on its disk; rejects with `CloudError` when none does. */
  leave(): Promise<void>
  /** Ends this tab's part once `saved` has; a leader waits for what other tabs have under way. Everything secret is wiped. */
  lock(saved: Promise<void>): Promise<void>
  /** Asks the leader for something; what comes of it is seen in the status. */
  wish(wish: Wish): void
}

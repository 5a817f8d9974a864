import type { DeviceId, DocId, ProfileId } from '@cloudos/protocol/ids'
import type { TabDoc } from '@cloudos/mesh/browser/tab-doc'
import type { DeviceNews } from './device-news.ts'
import type { ProfileStatus } from './status.ts'
import type { Wish } from './status-board.ts'

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
  /** Protects the profile in this browser with a passphrase, or with another one; what comes of it is seen in the status. */
  protect(passphrase: string): Promise<void>
  /** Ends this tab's part once `saved` has; a leader waits for what other tabs have under way. Everything secret is wiped. */
  lock(saved: Promise<void>): Promise<void>
  /** Asks the leader for something; what comes of it is seen in the status. */
  wish(wish: Wish): void
}

import { standForLeader } from '@cloudos/mesh/browser/leadership'
import type { Locks } from '@cloudos/mesh/browser/leadership'
import { TabDoc } from '@cloudos/mesh/browser/tab-doc'
import { docIdFrom } from '@cloudos/crypto/derive'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import { watchNews } from './device-news.ts'
import { identityFrom } from './device-keys.ts'
import type { KeepDatabase, KeptProfile } from './keep.ts'
import { lead } from './lead.ts'
import type { ProfileInTab, ProfileKept } from './profile.ts'
import type { ProfileStatus } from './status.ts'
import { sayWish, watchStatus } from './status-board.ts'

export interface BrowserProfileParts {
  readonly kept: KeptProfile
  readonly keep: KeepDatabase
  readonly locks: Locks
  readonly clock: Clock
  readonly rng: Rng
  /** Whether the browser promised not to evict the site's data. */
  readonly persisted: boolean
  /** This tab was to lead and could not begin. */
  readonly onProblem: (problem: CloudError) => void
}

/** Opens the profile in this tab. Whichever tab came first leads; the others join in, and take over when it goes. */
export async function openInTab(parts: BrowserProfileParts): Promise<ProfileInTab> {
  const { kept, keep, locks, clock, rng } = parts
  const name = `cloudos/1/${kept.profileId}`
  const identity = await identityFrom(kept.keys)
  const notesId = docIdFrom(kept.profileId, 'notes')
  const tab = crypto.randomUUID()
  const channel = new BroadcastChannel(name)
  const leadership = standForLeader(locks, name + '/leader', async () => {
    // A channel does not hear itself, and this tab is one of those that the leader serves.
    const own = new BroadcastChannel(name)
    const leading = await lead({ kept, keep, framesName: name, documents: [notesId], channel: own, locks, clock, rng })
    return {
      [Symbol.asyncDispose]: async () => {
        await leading[Symbol.asyncDispose]()
        own.close()
      },
    }
  })
  leadership.ended.catch((cause: unknown) => {
    if (!(cause instanceof CloudError)) throw cause
    parts.onProblem(cause)
  })
  return {
    kept: keptView(kept, identity.deviceId, parts.persisted),
    notesId,
    onStatus: (listener: (status: ProfileStatus) => void) => watchStatus(channel, listener),
    onDeviceNews: (listener) => watchNews(channel, listener),
    openDoc: (docId) => new TabDoc({ docId, tab, channel, locks }),
    wish: (wish) => {
      sayWish(channel, wish)
    },
    [Symbol.asyncDispose]: async () => {
      await leadership[Symbol.asyncDispose]()
      channel.close()
    },
  }
}

function keptView(kept: KeptProfile, deviceId: ProfileKept['deviceId'], persisted: boolean): ProfileKept {
  return {
    profileId: kept.profileId,
    deviceId,
    signingKey: kept.keys.signing instanceof Uint8Array ? 'in-site-data' : 'not-extractable',
    persisted,
  }
}

import { abortAfter } from '@cloudos/mesh/abort-after'
import { standForLeader } from '@cloudos/mesh/browser/leadership'
import type { Locks } from '@cloudos/mesh/browser/leadership'
import { TabDoc } from '@cloudos/mesh/browser/tab-doc'
import { docIdFrom } from '@cloudos/crypto/derive'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { BlobStore, Clock, Rng } from '@cloudos/protocol/ports'
import { askLeader } from './ask-leader.ts'
import type { DirectAccess } from './direct-copy.ts'
import { callThroughLeader } from './device-calls.ts'
import { watchNews } from './device-news.ts'
import { identityFrom } from './device-keys.ts'
import { wipe } from './held.ts'
import type { HeldProfile } from './held.ts'
import type { KeepDatabase } from './keep.ts'
import { lead } from './lead.ts'
import type { ProfileInTab, ProfileKept } from './profile.ts'
import { followRenewals } from './renewed.ts'
import type { ProfileStatus } from './status.ts'
import { sayWish, watchStatus } from './status-board.ts'
import { signInAgain } from './sign-in-again.ts'
import { testHere } from './unlock-here.ts'
import { waysInTab } from './ways-in-tab.ts'

export interface BrowserProfileParts {
  readonly held: HeldProfile
  /** Where the ways in lie once there are any. */
  readonly medium: BlobStore
  readonly keep: KeepDatabase
  readonly locks: Locks
  readonly clock: Clock
  readonly rng: Rng
  /** Whether the browser promised not to evict the site's data. */
  readonly persisted: boolean
  readonly ears: TabEars
  readonly direct: DirectAccess
}

/** What a tab hears of its profile besides its status. */
export interface TabEars {
  /** This tab was to lead and could not begin. */
  readonly onProblem: (problem: CloudError) => void
  /** Another tab has revoked a way in: what this one holds is of no more use until it is unlocked again. */
  readonly onStale: () => void
}

/** Opens the profile in this tab. Whichever tab came first leads; the others join in, and take over when it goes. */
export async function openInTab(parts: BrowserProfileParts): Promise<ProfileInTab> {
  const { held, keep, medium, locks, clock, rng } = parts
  const name = `cloudos/1/${held.profileId}`
  const identity = await identityFrom(held.secrets.keys)
  const notesId = docIdFrom(held.profileId, 'notes')
  const tab = crypto.randomUUID()
  const channel = new BroadcastChannel(name)
  const leadership = standForLeader(locks, name + '/leader', async () => {
    // A channel does not hear itself, and this tab is one of those that the leader serves.
    const own = new BroadcastChannel(name)
    const leading = await lead({
      held,
      keep,
      medium,
      framesName: name,
      documents: [notesId],
      direct: parts.direct,
      channel: own,
      locks,
      clock,
      rng,
    })
    return {
      [Symbol.asyncDispose]: async () => {
        await leading[Symbol.asyncDispose]()
        own.close()
      },
    }
  })
  leadership.ended.catch((cause: unknown) => {
    if (!(cause instanceof CloudError)) throw cause
    parts.ears.onProblem(cause)
  })
  followRenewals(channel, held, keep, parts.ears.onStale)
  const close = async (): Promise<void> => {
    await leadership[Symbol.asyncDispose]()
    channel.close()
  }
  const writing = holdShared(locks, name + '/writing')
  return {
    kept: keptView(held, identity.deviceId, parts.persisted),
    notesId,
    onStatus: (listener: (status: ProfileStatus) => void) => watchStatus(channel, listener),
    onDeviceNews: (listener) => watchNews(channel, listener),
    openDoc: (docId) => new TabDoc({ docId, tab, channel, locks, clock }),
    device: (deviceId) => callThroughLeader(channel, locks, deviceId),
    wish: (wish) => {
      sayWish(channel, wish)
    },
    ...waysInTab(held, channel, rng),
    testWay: (slotName, way) => testHere(held.profileId, { keep, medium, slotName, way }),
    signInAgain: async (way) => {
      const refusal = await signInAgain(held, { keep, medium }, way)
      if (refusal === undefined) await askLeader(channel, { ask: 'look-again' })
      return refusal
    },
    leave: () => askLeader(channel, { ask: 'leave' }),
    trustCopy: () => askLeader(channel, { ask: 'trust-copy' }),
    lock: async (saved) => {
      const patience = abortAfter(clock, LOCK_WITHIN_MS)
      await Promise.race([saved, aborted(patience)])
      writing[Symbol.dispose]()
      // Whichever tab leads goes on until the others have saved what was under way.
      await locks.request(name + '/writing', { signal: patience }, () => undefined).catch(() => undefined)
      await Promise.race([close(), aborted(patience)])
      wipe(held.secrets)
    },
    [Symbol.asyncDispose]: close,
  }
}

/** A tab that hangs or a full disk must not keep the profile open. */
const LOCK_WITHIN_MS = 3_000

/** Holds `name` together with others until disposed or the tab goes away. */
function holdShared(locks: Locks, name: string): Disposable {
  const released = Promise.withResolvers<void>()
  void locks.request(name, { mode: 'shared' }, () => released.promise)
  return { [Symbol.dispose]: released.resolve }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => { resolve() }) // prettier-ignore
  })
}

function keptView(held: HeldProfile, deviceId: ProfileKept['deviceId'], persisted: boolean): ProfileKept {
  return {
    profileId: held.profileId,
    deviceId,
    signingKey: held.secrets.keys.signing instanceof Uint8Array ? 'in-site-data' : 'not-extractable',
    persisted,
  }
}

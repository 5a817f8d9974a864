import { openIndexedDbStore } from '@cloudos/mesh/browser/indexeddb-log'
import type { Locks } from '@cloudos/mesh/browser/leadership'
import { startTabHost } from '@cloudos/mesh/browser/tab-host'
import { openProfile } from '@cloudos/mesh/profile'
import type { Profile } from '@cloudos/mesh/profile'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import { identityFrom } from './device-keys.ts'
import { IncidentBook } from './incident-book.ts'
import type { KeepDatabase, KeptProfile } from './keep.ts'
import { createAuthorityStore, createHeadsMemory } from './keep-ports.ts'
import { PresenceBook } from './presence-book.ts'
import { postStatus } from './status-board.ts'
import type { ProfileStatus } from './status.ts'
import { reachDevices } from './reach-devices.ts'

export interface LeadParts {
  readonly kept: KeptProfile
  readonly keep: KeepDatabase
  /** Where the frames lie. */
  readonly framesName: string
  readonly channel: BroadcastChannel
  readonly locks: Locks
  readonly clock: Clock
  readonly rng: Rng
}

/** Does the profile's work for every tab of this browser, until it is disposed: documents, log, connections. */
export async function lead({
  kept,
  keep,
  framesName,
  channel,
  locks,
  clock,
  rng,
}: LeadParts): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  const incidents = new IncidentBook()
  const frames = stack.use(await openIndexedDbStore(framesName))
  const identity = await identityFrom(kept.keys)
  let changed = (): void => undefined
  const profile: Profile = await openProfile({
    profileId: kept.profileId,
    identity,
    authority: createAuthorityStore(keep),
    frames,
    heads: createHeadsMemory(keep),
    clock,
    rng,
    onIncident: (incident) => {
      incidents.note(incident, clock.nowMs(), (deviceId) => profile.membership.member(deviceId)?.name)
      changed()
    },
  })
  stack.defer(() => profile.close())
  const presence = await PresenceBook.open({ profile, keep, clock, self: identity.deviceId })
  const status = (): ProfileStatus => ({ ...presence.view(), incidents: incidents.views() })
  const board = stack.use(postStatus(channel, status))
  changed = () => {
    board.changed()
  }
  stack.use(presence.watch(changed))
  stack.use(startTabHost({ term: crypto.randomUUID(), channel, locks, open: (docId) => profile.replica.open(docId) }))
  stack.use(reachDevices({ profile, kept, keep, clock, rng }))
  return stack.move()
}

import type { Profile } from '@cloudos/mesh/profile'
import type { DeviceId } from '@cloudos/protocol/ids'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import type { KeptPlace } from '@cloudos/scheduler/safety'
import { reachedOn, wholeIn } from './reached.ts'
import type { Reached } from './reached.ts'
import { diskOfDevice } from './spoken-domains.ts'

export interface MediaReached {
  /** What the last save has put there; empty while nothing is known. */
  (mediumId: string): Reached
}

/** The places that one device keeps, as `storage.list` tells them. A copy that is behind, away or doubted holds not everything. */
export function placesOfMedia(
  media: readonly MediumView[],
  wanted: Reached,
  reached: MediaReached,
): readonly KeptPlace[] {
  return media.map(({ mediumId, failureDomain, kind, state, gen, behind }) => {
    const isKept = state === 'kept' && (kind === 'device' || gen > 0)
    const isWhole = isKept && behind === 0
    const documents = isKept ? wholeIn(wanted, reached(mediumId)) : new Set<string>()
    return { failureDomain, isWhole, documents }
  })
}

/**
 * The other agents of the profile, each a machine of its own. A browser may be on this very machine, and may clear what it keeps: it never
 * counts. What a peer keeps is what it has said: of the documents, and of the ways in (`keepsWays`), for without those nothing opens there.
 */
export function placesOfPeers(
  profile: Profile,
  {
    self,
    wanted,
    keepsWays,
    nowMs,
  }: {
    readonly self: DeviceId
    readonly wanted: Reached
    readonly keepsWays: (deviceId: DeviceId) => boolean
    readonly nowMs: number
  },
): readonly KeptPlace[] {
  return profile.membership
    .members()
    .filter((member) => member.class === 'agent' && !member.revoked && member.deviceId !== self)
    .map((member) => {
      const there = keepsWays(member.deviceId) ? wholeIn(wanted, reachedOn(profile, member, nowMs)) : new Set<string>()
      const failureDomain = diskOfDevice(profile, member.deviceId)
      return { failureDomain, isWhole: wanted.size > 0 && there.size === wanted.size, documents: there }
    })
}

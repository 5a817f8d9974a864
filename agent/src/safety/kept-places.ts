import { shownName } from '@cloudos/mesh/profile-doc/device-names'
import { findProfileDoc } from '@cloudos/mesh/profile-doc/profile-doc'
import type { Profile } from '@cloudos/mesh/profile'
import type { DeviceId } from '@cloudos/protocol/ids'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import type { KeptPlace } from '@cloudos/scheduler/safety'

/** The places that one device keeps, as `storage.list` tells them. A copy that is behind, away or doubted holds not everything. */
export function placesOfMedia(media: readonly MediumView[]): readonly KeptPlace[] {
  return media.map(({ failureDomain, kind, state, gen, behind }) => ({
    failureDomain,
    isWhole: state === 'kept' && behind === 0 && (kind === 'device' || gen > 0),
  }))
}

/**
 * The other agents of the profile, each a machine of its own. A browser may be on this very machine, and may clear what it keeps: it never
 * counts. What a peer keeps is what it has said.
 */
export function placesOfPeers({ membership, replica }: Profile, self: DeviceId): readonly KeptPlace[] {
  const names = findProfileDoc(replica)?.ydoc
  return membership
    .members()
    .filter((member) => member.class === 'agent' && member.revoked === undefined && member.deviceId !== self)
    .map((member) => ({
      failureDomain: `device ${shownName(names, member)} (${member.deviceId.slice(0, 8)})`,
      isWhole: replica.docs().length > 0 && replica.docs().every((doc) => hasAll(doc.heads(), replica.kept(doc.docId).get(member.peerId))), // prettier-ignore
    }))
}

type Heads = ReturnType<ReturnType<Profile['replica']['docs']>[number]['heads']>
type Seqs = ReturnType<Profile['replica']['kept']> extends ReadonlyMap<string, infer Kept> ? Kept : never

function hasAll(heads: Heads, kept: Seqs | undefined): boolean {
  return [...heads].every(([chain, { seq }]) => seq <= (kept?.get(chain) ?? 0))
}

import type { Profile } from '@cloudos/mesh/profile'
import type { EpochId } from '@cloudos/protocol/ids'

/** The keys of every epoch this browser was given. */
export function readableEpochs({
  authority,
  membership,
}: Pick<Profile, 'authority' | 'membership'>): ReadonlyMap<EpochId, Uint8Array> {
  const keys = new Map<EpochId, Uint8Array>()
  for (const { epochId } of authority.state.epochs) {
    const key = membership.epochKey(epochId)
    if (key !== undefined) keys.set(epochId, key)
  }
  return keys
}

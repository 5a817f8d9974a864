import type { ProfileId } from '@cloudos/protocol/ids'
import type { ProfileSecrets } from './keep.ts'

/** A profile with all that opens it, in memory. */
export interface HeldProfile {
  readonly profileId: ProfileId
  /** Replaced as a whole when a way in is revoked: whoever needs one looks here each time. */
  secrets: ProfileSecrets
}

/** As far as a page can: the engine may have copies of its own until the page is gone. */
export function wipe({ keys, rootSeed, phrase, secretsKey, vaultKey, keyByEpoch }: ProfileSecrets): void {
  const signSeed = keys.signing instanceof Uint8Array ? [keys.signing] : []
  const all = [rootSeed, ...(phrase ? [phrase] : []), secretsKey, vaultKey, keys.boxSecret, keys.peerSeed, ...signSeed]
  for (const bytes of [...all, ...keyByEpoch.values()]) bytes.fill(0)
}

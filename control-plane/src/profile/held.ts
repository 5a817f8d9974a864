import type { ProfileId } from '@cloudos/protocol/ids'
import type { ProfileSecrets } from './keep.ts'

/** A profile with all that opens it, in memory. */
export interface HeldProfile {
  readonly profileId: ProfileId
  readonly secrets: ProfileSecrets
}

/** As far as a page can: the engine may have copies of its own until the page is gone. */
export function wipe({ keys, rootSeed, recoverySeed, secretsKey, vaultKey, keyByEpoch }: ProfileSecrets): void {
  const signSeed = keys.signing instanceof Uint8Array ? [keys.signing] : []
  const all = [rootSeed, recoverySeed, secretsKey, vaultKey, keys.boxSecret, keys.peerSeed, ...signSeed]
  for (const bytes of [...all, ...keyByEpoch.values()]) bytes.fill(0)
}

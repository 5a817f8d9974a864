import { createSigner } from '@cloudos/crypto/signature'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import type { HeldProfile } from './held.ts'
import { findKeptProfile } from './keep.ts'
import type { KeepDatabase } from './keep.ts'

/** The tab that leads says that every secret of the profile is another one: what other tabs hold opens and signs nothing new. */
export function sayRenewed(channel: BroadcastChannel, held: HeldProfile): void {
  channel.postMessage({ renewed: rootOf(held) })
}

/** Gets the new secrets where they lie open; where they are sealed only a way in gets them, and `onStale` is called. */
export function followRenewals(
  channel: BroadcastChannel,
  held: HeldProfile,
  keep: KeepDatabase,
  onStale: () => void,
): void {
  const follow = async (root: unknown): Promise<void> => {
    if (root === rootOf(held)) return
    const kept = await findKeptProfile(keep)
    if (kept?.protection === 'none') held.secrets = kept.secrets
    else onStale()
  }
  channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (typeof data === 'object' && data !== null && 'renewed' in data) void follow(data.renewed)
  })
}

function rootOf({ secrets }: HeldProfile): string {
  return hexFromBytes(createSigner(secrets.rootSeed).publicKey)
}

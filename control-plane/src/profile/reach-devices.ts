import type { Profile } from '@cloudos/mesh/profile'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import { keepConnected } from './keep-connected.ts'
import type { KeepDatabase, KeptProfile } from './keep.ts'

export interface ReachParts {
  readonly profile: Profile
  readonly kept: KeptProfile
  readonly keep: KeepDatabase
  readonly clock: Clock
  readonly rng: Rng
}

/** Connects to every device that has answered here before. libp2p arrives only when there is one. */
export function reachDevices(parts: ReachParts): AsyncDisposable {
  const stopped = new AbortController()
  const reaching = reach(parts, stopped.signal)
  return {
    [Symbol.asyncDispose]: async () => {
      stopped.abort()
      await reaching
    },
  }
}

async function reach({ profile, kept, keep, clock, rng }: ReachParts, signal: AbortSignal): Promise<void> {
  const doors = await keep.getAll('doors')
  if (doors.length === 0 || signal.aborted) return
  const { createNode } = await import('@cloudos/mesh/browser-node')
  const node = await createNode({ peerSeed: kept.keys.peerSeed, mayConnect: (peerId) => profile.admits(peerId) })
  profile.attach(node.net)
  await Promise.all(doors.map((door) => keepConnected(door, { node, profile, clock, rng, signal })))
  await node.stop()
}

import type { MeshNode } from '@cloudos/mesh/node-parts'
import type { Profile } from '@cloudos/mesh/profile'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import { backoffMs } from '@cloudos/scheduler/backoff'
import type { StoredPeer } from './journal/peers.ts'

export interface ReachingParts {
  readonly node: MeshNode
  readonly profile: Profile
  readonly clock: Clock
  readonly rng: Rng
  readonly signal: AbortSignal
}

/** A device that is off comes back some day; one on this network comes back soon. */
const BACKOFF = { firstMs: 250, maxMs: 30_000 }

/** Stays in step with a device of the profile until `signal` aborts or the profile no longer admits it. */
export async function keepReaching({ peerId, addresses }: StoredPeer, parts: ReachingParts): Promise<void> {
  const { node, profile, clock, rng, signal } = parts
  const seed = new DataView(rng.bytes(4).buffer).getUint32(0)
  const gone = watchGone(node, peerId)
  for (let attempt = 0; !signal.aborted && profile.admits(peerId); attempt++) {
    try {
      const lost = gone()
      await node.dial(peerId, addresses, signal)
      await profile.connect(node.net, peerId, signal)
      attempt = 0
      await Promise.race([lost, aborted(signal)])
    } catch (cause) {
      if (!(cause instanceof CloudError) && !signal.aborted) throw cause
    }
    await clock.sleep(backoffMs(attempt, seed, BACKOFF), signal)
  }
}

/** Each call gives a promise of the next time this peer is lost. */
function watchGone(node: MeshNode, peerId: string): () => Promise<void> {
  let next = Promise.withResolvers<void>()
  node.onDisconnected((peer) => {
    if (peer !== peerId) return
    next.resolve()
    next = Promise.withResolvers<void>()
  })
  return () => next.promise
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => {
      resolve()
    })
  })
}

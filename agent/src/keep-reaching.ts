import type { MeshNode } from '@cloudos/mesh/node-parts'
import { outOfStep } from '@cloudos/mesh/out-of-step'
import type { Profile } from '@cloudos/mesh/profile'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import { backoffMs } from '@cloudos/scheduler/backoff'
import type { StoredPeer } from './journal/peers.ts'

export interface ReachingParts {
  readonly node: MeshNode
  readonly profile: Profile
  /** Called once it is connected, before coming into step. */
  readonly meet: () => Promise<void>
  readonly clock: Clock
  readonly rng: Rng
  readonly signal: AbortSignal
}

/** A device that is off comes back some day; one on this network comes back soon. */
const BACKOFF = { firstMs: 250, maxMs: 10_000 }

/** In step for less than this is no success: a device that lets go at once is not asked again at once. */
const SETTLED_MS = 1_000

/** Stays in step with a device of the profile until `signal` aborts or it is removed; one that has lapsed may bring its renewal. */
export async function keepReaching({ peerId, addresses }: StoredPeer, parts: ReachingParts): Promise<void> {
  const { node, profile, meet, clock, rng, signal } = parts
  const seed = new DataView(rng.bytes(4).buffer).getUint32(0)
  for (let attempt = 0; !signal.aborted && profile.mayKnock(peerId); attempt++) {
    const sinceMs = clock.monotonicMs()
    try {
      await node.dial(peerId, addresses, signal)
      await meet()
      await profile.connect(node.net, peerId, signal)
      await outOfStep(profile.replica, peerId, signal)
      if (clock.monotonicMs() - sinceMs > SETTLED_MS) attempt = 0
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
    }
    await clock.sleep(backoffMs(attempt, seed, BACKOFF), signal)
  }
}

import type { MeshNode } from '@cloudos/mesh/node-parts'
import { outOfStep } from '@cloudos/mesh/out-of-step'
import type { Profile } from '@cloudos/mesh/profile'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Clock, Rng } from '@cloudos/protocol/ports'

/** A device, and where it can be reached now; through others only while those are connected. */
export interface Way {
  readonly peerId: string
  readonly addresses: () => readonly string[]
}

export interface KeepConnectedParts {
  readonly node: MeshNode
  readonly profile: Profile
  readonly clock: Clock
  readonly rng: Rng
  readonly signal: AbortSignal
  /** Aborts when the device's connection ends. */
  readonly untilGone: (peerId: string) => AbortSignal
  /** Runs while the device is in step; `gone` aborts when it is not any more. */
  readonly onConnected: (gone: AbortSignal) => Promise<void>
}

const FIRST_DELAY_MS = 250
/** The agent is mostly on this machine: asking again costs little, and a person is waiting. */
const LONGEST_DELAY_MS = 10_000

/** In step for less than this is no success: a device that lets go at once is not asked again at once. */
const SETTLED_MS = 1_000

/** Stays in step with a device until `signal` aborts: dials, and dials again with full jitter when it is gone. */
export async function keepConnected(way: Way, parts: KeepConnectedParts): Promise<void> {
  const { clock, rng, signal } = parts
  for (let attempt = 0; !signal.aborted; attempt++) {
    const sinceMs = clock.monotonicMs()
    if ((await connectOnce(way, parts)) && clock.monotonicMs() - sinceMs > SETTLED_MS) attempt = 0
    const boundMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt)
    await clock.sleep((boundMs * ((rng.bytes(1)[0] ?? 0) + 1)) / 256, signal)
  }
}

/** Resolves when the connection has ended: true if there was one. */
async function connectOnce(way: Way, parts: KeepConnectedParts): Promise<boolean> {
  const { node, profile, signal } = parts
  const { peerId } = way
  const addresses = way.addresses()
  if (addresses.length === 0 || !profile.mayKnock(peerId)) return false
  const gone = AbortSignal.any([parts.untilGone(peerId), signal])
  let connected = false
  try {
    await node.dial(peerId, addresses, gone)
    await profile.connect(node.net, peerId, gone)
    connected = true
    await parts.onConnected(AbortSignal.any([gone, endOfStep(profile, peerId, gone)]))
  } catch (cause) {
    // A connection may break at any await, and the errors of libp2p's streams share no class: the next attempt will tell.
    if (!(cause instanceof CloudError) && !gone.aborted && connected) throw cause
  }
  return connected
}

/** A device that ends the session, as when this one's certificate has lapsed, is asked again once there is a new one. */
function endOfStep({ replica }: Profile, peerId: string, gone: AbortSignal): AbortSignal {
  const ended = new AbortController()
  void outOfStep(replica, peerId, gone).then(() => {
    ended.abort()
  })
  return ended.signal
}

import type { MeshNode } from '@cloudos/mesh/node-parts'
import type { Profile } from '@cloudos/mesh/profile'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import type { Door } from './keep.ts'

export interface KeepConnectedParts {
  readonly node: MeshNode
  readonly profile: Profile
  readonly clock: Clock
  readonly rng: Rng
  readonly signal: AbortSignal
}

const FIRST_DELAY_MS = 250
/** The agent is mostly on this machine: asking again costs little, and a person is waiting. */
const LONGEST_DELAY_MS = 10_000

/** Stays in step with the device behind a door until `signal` aborts: dials, and dials again with full jitter when it is gone. */
export async function keepConnected({ peerId, addresses }: Door, parts: KeepConnectedParts): Promise<void> {
  const { node, profile, clock, rng, signal } = parts
  let attempt = 0
  while (!signal.aborted) {
    const gone = untilGone(node, peerId, signal)
    try {
      if (profile.admits(peerId)) {
        await node.dial(peerId, addresses, signal)
        await profile.connect(node.net, peerId, signal)
        attempt = 0
        await gone
      }
    } catch (cause) {
      if (!(cause instanceof CloudError) && !signal.aborted) throw cause
    }
    const boundMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt++)
    await clock.sleep((boundMs * ((rng.bytes(1)[0] ?? 0) + 1)) / 256, signal)
  }
}

function untilGone(node: MeshNode, peerId: string, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  node.onDisconnected((peer) => {
    if (peer === peerId) resolve()
  })
  signal.addEventListener('abort', () => { resolve() }, { once: true }) // prettier-ignore
  return promise
}

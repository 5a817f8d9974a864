import { abortAfter } from '@cloudos/mesh/abort-after'
import type { DevicePlace } from '@cloudos/mesh/device-copy/address'
import { COPY_PROTOCOL } from '@cloudos/mesh/device-copy/talk'
import { introduce, visitCopy } from '@cloudos/mesh/device-copy/visit-copy'
import type { MeshNode } from '@cloudos/mesh/node-parts'
import type { Profile } from '@cloudos/mesh/profile'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Clock, ConnectedBlobStore, Rng } from '@cloudos/protocol/ports'
import type { Journal } from '../journal/journal.ts'

export interface VisitsParts {
  readonly node: MeshNode
  readonly journal: Pick<Journal, 'peers' | 'settings'>
  readonly clock: Clock
  readonly rng: Rng
  readonly stopped: AbortSignal
}

/** A dialled device answers within this, or is not there. */
const DIAL_MAX_MS = 15_000

/** This device as the newcomer: it proves the codes of others, and tells them later, also after a restart, what lets it in. */
export class Visits {
  readonly #parts: VisitsParts

  constructor(parts: VisitsParts) {
    this.#parts = parts
  }

  /** Rejects with `CloudError`: a `MediumFault`, or 'code-refused'. */
  async open(place: DevicePlace, secret: Uint8Array): Promise<ConnectedBlobStore> {
    const { node, clock, rng, stopped } = this.#parts
    const { peerId, addresses } = place
    try {
      await node.dial(peerId, addresses, abortAfter(clock, DIAL_MAX_MS, stopped))
      const channel = await node.net.open(peerId, COPY_PROTOCOL, stopped)
      const signal = abortAfter(clock, LIMITS.pairingTtlMs, stopped)
      const store = await visitCopy({ channel, peerId: node.peerId, rng, signal, failureDomain: peerId }, secret)
      this.#remember(place)
      return store
    } catch (cause) {
      if (!(cause instanceof CloudError) || !AWAY.includes(cause.code)) throw cause
      throw new CloudError(
        'medium-unreachable',
        'That device does not answer. Is it running, is the address right, and does it show a code now? Then try again.',
        cause,
      )
    }
  }

  /** Told to a device that may not know of this one yet, before it is asked for anything else. */
  async introduce(peerId: string, profile: Profile): Promise<void> {
    if (!this.#waiting().includes(peerId)) return
    const { node, clock, stopped } = this.#parts
    const channel = await node.net.open(peerId, COPY_PROTOCOL, stopped)
    try {
      const signal = abortAfter(clock, DIAL_MAX_MS, stopped)
      await introduce({ channel, signal }, [...profile.authority.entries().values()])
    } catch (cause) {
      // It knows this one already, or will not hear of it any more: either way there is nothing left to tell it.
      if (!(cause instanceof CloudError) || AWAY.includes(cause.code) || cause.code === 'medium-unreachable')
        throw cause
    } finally {
      channel.close()
    }
    this.#keep(this.#waiting().filter((one) => one !== peerId))
  }

  /** Before this device is a member: one that dies then must know afterwards whom to reach, and whom to tell. */
  #remember({ peerId, addresses }: DevicePlace): void {
    this.#parts.journal.peers.put({ peerId, addresses, seenMs: this.#parts.clock.nowMs() })
    this.#keep([...new Set([...this.#waiting(), peerId])].slice(-WAITING_MAX))
  }

  #waiting(): readonly string[] {
    return (this.#parts.journal.settings.find('introduce') ?? '').split('\n').filter(Boolean)
  }

  #keep(peerIds: readonly string[]): void {
    this.#parts.journal.settings.set('introduce', peerIds.join('\n'))
  }
}

const AWAY = ['unreachable', 'not-connected', 'no-channel']
const WAITING_MAX = 8

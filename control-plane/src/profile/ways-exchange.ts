import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { hashId } from '@cloudos/crypto/hash'
import { hashSlotSet } from '@cloudos/crypto/slots'
import type { Profile } from '@cloudos/mesh/profile'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Hash } from '@cloudos/protocol/ids'
import type { BlobStore, Clock } from '@cloudos/protocol/ports'
import type { StoredWays } from '@cloudos/protocol/way-commands'
import type { RootActs } from './root-acts.ts'
import { slotSetsOf } from './slot-sets.ts'
import { readWays, settleWays, stageWays } from './vault-medium.ts'

export interface WaysExchangeParts {
  readonly profile: Pick<Profile, 'authority'>
  readonly identity: DeviceIdentity
  readonly medium: BlobStore
  readonly root: Pick<RootActs, 'alone'>
  readonly clock: Clock
  /** Other ways in lie here now. */
  readonly onTaken: () => Promise<void>
}

/** What an agent does for this. Both reject with `CloudError`. */
export interface WaysAgent {
  readonly put: (ways: StoredWays) => Promise<void>
  readonly get: () => Promise<StoredWays>
}

/** Keeps this browser and its agents at the set of ways in that the authority log names last. */
export class WaysExchange {
  readonly #parts: WaysExchangeParts
  readonly #givenTo = new Map<string, Hash>()

  constructor(parts: WaysExchangeParts) {
    this.#parts = parts
  }

  /** Does nothing while both have what the log names; what an agent does not take or have yet is tried at the next call. */
  async withAgent(peerId: string, agent: WaysAgent): Promise<void> {
    const { profile, medium, root } = this.#parts
    const { slotSetHash } = profile.authority.state
    if (slotSetHash === undefined || this.#givenTo.get(peerId) === slotSetHash) return
    try {
      const found = await readWays(medium, slotSetsOf(profile.authority))
      if (found.kind === 'found' && found.isLast) {
        await agent.put(found.ways)
        this.#givenTo.set(peerId, slotSetHash)
      } else {
        const ways = await agent.get()
        await root.alone(() => this.#take(ways))
      }
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
    }
  }

  async #take(ways: StoredWays): Promise<void> {
    const { profile, identity, medium, clock, onTaken } = this.#parts
    const { profileId, tip, slotSetHash } = profile.authority.state
    if (hashSlotSet(ways.slots, hashId(ways.sealedVault)) !== slotSetHash) return
    await stageWays(medium, identity, { profileId, ways, authorityTip: tip }, clock.nowMs())
    await settleWays(medium)
    await onTaken()
  }
}

import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import type { Membership } from '@cloudos/crypto/membership'
import { membershipFrom } from '@cloudos/crypto/membership'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { ProfileId } from '@cloudos/protocol/ids'
import type { Clock, Net, Rng } from '@cloudos/protocol/ports'
import { AuthorityLog } from './authority-log.ts'
import type { AuthorityStore } from './authority-log.ts'
import type { FrameStore } from './frame-log.ts'
import type { HeadsMemory } from './heads-book.ts'
import { startHeadsExchange } from './heads-exchange.ts'
import type { HeadsExchange } from './heads-exchange.ts'
import type { OnIncident } from './incident.ts'
import { startReplica } from './replica.ts'
import type { Replica } from './replica.ts'

export interface ProfileParts {
  readonly profileId: ProfileId
  readonly identity: DeviceIdentity
  readonly authority: AuthorityStore
  readonly frames: FrameStore
  readonly heads: HeadsMemory
  readonly clock: Clock
  readonly rng: Rng
  readonly onIncident: OnIncident
}

/** Opens the profile on this device. Throws `CloudError` 'not-a-member' when its log does not let the device in. */
export async function openProfile(parts: ProfileParts): Promise<Profile> {
  const authority = await AuthorityLog.open(parts.profileId, parts.authority)
  const membership = membershipFrom(authority.state, parts.identity)
  if (!membership.ok)
    throw new CloudError(
      'not-a-member',
      `This device is not in the profile (${membership.error}). Pair it again from a device that is.`,
    )
  const replica = startReplica({
    identity: parts.identity,
    membership: membership.value,
    store: parts.frames,
    clock: parts.clock,
    rng: parts.rng,
    onIncident: parts.onIncident,
  })
  const heads = await startHeadsExchange({
    replica,
    identity: parts.identity,
    authority,
    memory: parts.heads,
    clock: parts.clock,
    onIncident: parts.onIncident,
  })
  return new Profile(parts, authority, replica, heads)
}

/** A profile as one of its devices runs it: who is in, its documents, and everybody in reach kept in step. */
export class Profile {
  readonly authority: AuthorityLog
  readonly replica: Replica
  readonly #parts: ProfileParts
  readonly #heads: HeadsExchange
  readonly #listeners = new Set<(membership: Membership) => void>()
  #removed = false

  constructor(parts: ProfileParts, authority: AuthorityLog, replica: Replica, heads: HeadsExchange) {
    this.#parts = parts
    this.authority = authority
    this.replica = replica
    this.#heads = heads
    authority.onChanged(() => {
      this.#membersChanged()
    })
  }

  get membership(): Membership {
    return this.replica.membership
  }

  /** Whether a peer may be connected now. */
  admits(peerId: string): boolean {
    return !this.#removed && this.membership.memberByPeer(peerId, this.#parts.clock.nowMs()) !== undefined
  }

  onMembers(listener: (membership: Membership) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  attach(net: Net): void {
    this.replica.attach(net)
    this.#heads.attach(net)
  }

  /** Comes into step with a member that is connected. The side that dialled calls this; the other answers. */
  async connect(net: Net, peerId: string, signal?: AbortSignal): Promise<void> {
    await Promise.all([this.replica.connect(net, peerId, signal), this.#heads.connect(net, peerId, signal)])
  }

  async close(): Promise<void> {
    this.#heads.close()
    await this.replica.close()
  }

  #membersChanged(): void {
    const membership = membershipFrom(this.authority.state, this.#parts.identity)
    if (!membership.ok) {
      this.#removed = true
      this.#parts.onIncident({ kind: 'removed', reason: membership.error })
      void this.close()
      return
    }
    this.replica.setMembership(membership.value)
    this.#heads.authorityChanged()
    for (const listener of this.#listeners) listener(membership.value)
  }
}

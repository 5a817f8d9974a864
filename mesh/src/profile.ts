import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import type { Membership } from '@cloudos/crypto/membership'
import { membershipFrom } from '@cloudos/crypto/membership'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { ProfileId } from '@cloudos/protocol/ids'
import type { Clock, Net, Rng } from '@cloudos/protocol/ports'
import { AuthorityLog } from './authority-log.ts'
import type { AuthorityStore } from './authority-log.ts'
import { SightingsBook } from './copy/sightings-book.ts'
import type { SightingsMemory } from './copy/sightings-book.ts'
import type { FrameStore } from './frame-log.ts'
import type { HeadsMemory } from './heads-book.ts'
import { startHeadsExchange } from './heads-exchange.ts'
import type { HeadsExchange } from './heads-exchange.ts'
import type { OnIncident } from './incident.ts'
import { findWiderCuts } from './joined-cut.ts'
import { RenewalBook } from './renewals/renewal-book.ts'
import type { RenewalStore } from './renewals/renewal-book.ts'
import { RenewalExchange } from './renewals/renewal-exchange.ts'
import { startReplica } from './replica.ts'
import type { Replica } from './replica.ts'

export interface ProfileParts {
  readonly profileId: ProfileId
  readonly identity: DeviceIdentity
  readonly authority: AuthorityStore
  readonly frames: FrameStore
  readonly heads: HeadsMemory
  readonly sightings: SightingsMemory
  readonly renewals: RenewalStore
  readonly clock: Clock
  readonly rng: Rng
  readonly onIncident: OnIncident
}

/** Opens the profile on this device. Throws `CloudError` 'removed' when the device was in once, 'not-a-member' when its log never let it in. */
export async function openProfile(parts: ProfileParts): Promise<Profile> {
  const authority = await AuthorityLog.open(parts.profileId, parts.authority)
  const renewals = await RenewalBook.open(parts.renewals, () => authority.state)
  const membership = membershipFrom(authority.state, parts.identity, renewals.current())
  if (!membership.ok && membership.error === 'revoked')
    throw new CloudError(
      'removed',
      'This device was removed from the profile. What it had stays here; it gets nothing new and speaks to no other device. To use it again, start it with an empty folder or in a fresh browser, and add it as a new device.',
    )
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
  const sightings = await SightingsBook.open({
    identity: parts.identity,
    membership: () => replica.membership,
    memory: parts.sightings,
    clock: parts.clock,
  })
  const heads = await startHeadsExchange({
    replica,
    identity: parts.identity,
    authority,
    memory: parts.heads,
    sightings,
    clock: parts.clock,
    onIncident: parts.onIncident,
  })
  return new Profile(parts, { authority, renewals, replica, heads, sightings })
}

interface ProfileRooms {
  readonly authority: AuthorityLog
  readonly renewals: RenewalBook
  readonly replica: Replica
  readonly heads: HeadsExchange
  readonly sightings: SightingsBook
}

/** A machine may sleep past the end of a certificate: the clock is asked again at least this often. */
const EXPIRY_LOOK_MS = 15 * 60_000

/** A profile as one of its devices runs it: who is in, its documents, and everybody in reach kept in step. */
export class Profile {
  readonly authority: AuthorityLog
  readonly renewals: RenewalBook
  readonly replica: Replica
  /** What its devices have been shown on media. */
  readonly sightings: SightingsBook
  readonly #parts: ProfileParts
  readonly #heads: HeadsExchange
  readonly #exchange: RenewalExchange
  readonly #stopped = new AbortController()
  readonly #listeners = new Set<(membership: Membership) => void>()
  #removed = false

  constructor(parts: ProfileParts, { authority, renewals, replica, heads, sightings }: ProfileRooms) {
    this.#parts = parts
    this.authority = authority
    this.renewals = renewals
    this.replica = replica
    this.sightings = sightings
    this.#heads = heads
    this.#exchange = new RenewalExchange({
      book: renewals,
      mayKnock: (peerId) => this.mayKnock(peerId),
      admits: (peerId) => this.admits(peerId),
    })
    authority.onChanged(() => {
      this.#membersChanged()
      void this.#retryRenewals()
    })
    renewals.onChanged(() => {
      this.#membersChanged()
    })
    void this.#watchExpiry()
  }

  get membership(): Membership {
    return this.replica.membership
  }

  /** The log has shut this device out while the profile was open. */
  get isRemoved(): boolean {
    return this.#removed
  }

  /** Whether a peer may be connected now. */
  admits(peerId: string): boolean {
    return !this.#removed && this.membership.memberByPeer(peerId, this.#parts.clock.nowMs()) !== undefined
  }

  /** Whether a peer is in at all: with a certificate that has ended it may show a renewal and nothing else. */
  mayKnock(peerId: string): boolean {
    return !this.#removed && this.membership.members().some((member) => member.peerId === peerId && !member.revoked)
  }

  /** How much further the remaining devices had believed a removed one than the cuts say: for the root to put into the log. */
  widerCuts(): ReturnType<typeof findWiderCuts> {
    return findWiderCuts(this.#heads.heads(), this.membership)
  }

  /** How far each device that is in has said to be, of each document. */
  shownHeads(): ReturnType<HeadsExchange['heads']> {
    return this.#heads.heads()
  }

  /** Called when another device has said how far it is. Returns the unsubscriber. */
  onHeads(listener: () => void): () => void {
    return this.#heads.onHeads(listener)
  }

  onMembers(listener: (membership: Membership) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Tells everybody in reach now what is otherwise told every half minute: how far this device is, and what media have shown. */
  showHeads(): Promise<void> {
    return this.#heads.show()
  }

  /** What this device signs about how far it is, for a medium or whoever asks. */
  signedHeads(): Promise<readonly Uint8Array[]> {
    return this.#heads.signed()
  }

  attach(net: Net): void {
    this.#exchange.attach(net)
    this.replica.attach(net)
    this.#heads.attach(net)
  }

  /** Comes into step with a member that is connected. The side that dialled calls this; the other answers. */
  async connect(net: Net, peerId: string, signal?: AbortSignal): Promise<void> {
    await this.#exchange.connect(net, peerId, signal)
    await Promise.all([this.replica.connect(net, peerId, signal), this.#heads.connect(net, peerId, signal)])
  }

  async close(): Promise<void> {
    this.#stopped.abort()
    this.#exchange.close()
    this.#heads.close()
    await this.replica.close()
  }

  /** A disk that refuses them now gets them again from whoever connects next. */
  async #retryRenewals(): Promise<void> {
    try {
      await this.renewals.retry()
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
    }
  }

  /** What is open with a device ends with its certificate. */
  async #watchExpiry(): Promise<void> {
    const { clock } = this.#parts
    const { signal } = this.#stopped
    let lookedAtMs = clock.nowMs()
    while (!signal.aborted) {
      const ends = this.membership.members().flatMap(({ notAfterMs, revoked }) => (revoked ? [] : [notAfterMs]))
      const nextMs = Math.min(...ends.filter((endMs) => endMs > lookedAtMs))
      await clock.sleep(Math.min(Math.max(nextMs - lookedAtMs, 1), EXPIRY_LOOK_MS), signal)
      const nowMs = clock.nowMs()
      if (!signal.aborted && ends.some((endMs) => lookedAtMs < endMs && endMs <= nowMs)) this.#membersChanged()
      lookedAtMs = nowMs
    }
  }

  #membersChanged(): void {
    if (this.#removed || this.#stopped.signal.aborted) return
    const membership = membershipFrom(this.authority.state, this.#parts.identity, this.renewals.current())
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

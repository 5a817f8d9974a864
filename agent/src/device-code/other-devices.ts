import type { Member } from '@cloudos/crypto/membership'
import { shownName } from '@cloudos/mesh/profile-doc/device-names'
import { findProfileDoc } from '@cloudos/mesh/profile-doc/profile-doc'
import type { Profile } from '@cloudos/mesh/profile'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { deviceKeepsCommand } from '@cloudos/protocol/device-copy-commands'
import type { DeviceClock } from '@cloudos/protocol/device-copy-commands'
import type { DeviceId } from '@cloudos/protocol/ids'
import type { Clock } from '@cloudos/protocol/ports'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import type { PeerCommands } from '../peers-rpc.ts'
import { diskOfDevice } from '../safety/spoken-domains.ts'
import type { PeerWays } from './peer-ways.ts'
import { reachedBy } from './reached-by.ts'

export interface OtherDevicesParts {
  readonly deviceId: DeviceId
  readonly profile: () => Profile | undefined
  readonly peers: PeerCommands
  readonly peerWays: PeerWays
  readonly clock: Clock
}

/** A list is looked at by a person: a device that is slow is as it was last heard. */
const ANSWER_WITHIN_MS = 2_000
const ASK_AGAIN_MS = 15_000

/** The other agents of the profile. Each keeps all of it by itself, and has signed how far it is. */
export class OtherDevices {
  readonly #parts: OtherDevicesParts
  /** Who has answered since this agent has been running. */
  readonly #heard = new Set<DeviceId>()
  #askedAtMs = -Infinity

  constructor(parts: OtherDevicesParts) {
    this.#parts = parts
  }

  /** Every one as a copy of the profile: how far it has acknowledged, and whether anything there opens it. */
  async copies(): Promise<readonly MediumView[]> {
    const profile = this.#parts.profile()
    if (profile === undefined) return []
    await this.clocks()
    return this.#agents(profile).map((member) => this.#view(profile, member))
  }

  /** What time it is on each that answers. */
  async clocks(): Promise<readonly DeviceClock[]> {
    const profile = this.#parts.profile()
    if (profile === undefined) return []
    const connected = new Set(profile.replica.peers())
    const asked = this.#agents(profile).filter(({ peerId }) => connected.has(peerId))
    const answers = await Promise.all(asked.map((member) => this.#clockOf(profile, member)))
    return answers.filter((clock) => clock !== undefined)
  }

  /** Whether it has said that it keeps the newest ways in, now or at an earlier time. */
  keepsWays(deviceId: DeviceId): boolean {
    const newest = this.#parts.profile()?.authority.state.slotSetHash
    return newest !== undefined && this.#parts.peerWays.find(deviceId) === newest
  }

  /** Asks those in reach that are not known to keep the newest ways in, and not all the time. */
  async learnWays(): Promise<void> {
    const { profile: open, clock } = this.#parts
    const profile = open()
    if (profile === undefined || clock.monotonicMs() - this.#askedAtMs < ASK_AGAIN_MS) return
    const connected = new Set(profile.replica.peers())
    const asked = this.#agents(profile).filter(({ deviceId, peerId }) => connected.has(peerId) && !this.keepsWays(deviceId)) // prettier-ignore
    if (asked.length === 0) return
    await Promise.all(asked.map((member) => this.#clockOf(profile, member)))
    this.#askedAtMs = clock.monotonicMs()
  }

  async #clockOf(profile: Profile, member: Member): Promise<DeviceClock | undefined> {
    const { peers, clock } = this.#parts
    const { deviceId } = member
    const beforeMs = clock.nowMs()
    try {
      const kept = await peers.ask(deviceId, deviceKeepsCommand, {}, { timeoutMs: ANSWER_WITHIN_MS })
      this.#heard.add(deviceId)
      this.#parts.peerWays.note(deviceId, kept.ways)
      const hereMs = Math.round((beforeMs + clock.nowMs()) / 2)
      return { deviceId, name: nameOf(profile, member), nowMs: kept.nowMs, hereMs }
    } catch (cause) {
      // One that does not answer, or is older than the question, has no clock to compare.
      if (cause instanceof CloudError) return undefined
      throw cause
    }
  }

  #agents({ membership }: Profile): readonly Member[] {
    return membership
      .members()
      .filter(({ class: kind, revoked, deviceId }) => kind === 'agent' && !revoked && deviceId !== this.#parts.deviceId)
  }

  #view(profile: Profile, member: Member): MediumView {
    const { deviceId, peerId } = member
    const { edits, behind, savedAtMs } = reachedBy(profile, deviceId)
    const isConnected = profile.replica.peers().includes(peerId)
    const isShut = this.#heard.has(deviceId) && !this.keepsWays(deviceId)
    const name = nameOf(profile, member)
    return {
      mediumId: deviceId,
      kind: 'peer',
      where: name,
      credential: 'not-needed',
      gen: edits,
      ...(savedAtMs !== undefined && { savedAtMs }),
      behind,
      state: edits === 0 || isShut ? 'waiting' : isConnected ? 'kept' : 'away',
      failureDomain: diskOfDevice(profile, deviceId),
      ...(isShut && { problem: NO_WAYS }),
    }
  }
}

const NO_WAYS =
  'It has the documents, and not the newest ways in: nothing would open them there. Open a signed-in page that reaches it, once.'

function nameOf({ replica }: Profile, member: Member): string {
  return shownName(findProfileDoc(replica)?.ydoc, member)
}

import type { Profile } from '@cloudos/mesh/profile'
import { seqsOf } from '@cloudos/mesh/sync-session'
import type { SealedDoc } from '@cloudos/mesh/sealed-doc'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import type { Member } from '@cloudos/crypto/membership'
import type { DeviceId, DocId } from '@cloudos/protocol/ids'
import type { Clock } from '@cloudos/protocol/ports'
import { withKeep } from './keep.ts'
import type { KeepDatabase } from './keep.ts'
import type { DeviceView, ProfileStatus } from './status.ts'

export interface PresenceParts {
  readonly profile: Profile
  /** Devices that a connected agent is in touch with, beyond those connected to this browser. */
  readonly reachable: () => ReadonlySet<DeviceId>
  /** An agent that is connected to this browser itself. */
  readonly linkTo: (peerId: string) => DeviceView['link']
  readonly isOnThisMachine: (peerId: string) => boolean
  readonly keep: KeepDatabase
  readonly clock: Clock
  readonly self: DeviceId
  /** What its owner calls it. */
  readonly nameOf: (member: Member) => string
  /** What it has handed over of its audit chain. */
  readonly auditTipOf: (deviceId: DeviceId) => string | undefined
}

/** Who is in, who is in touch with this browser or last was, and who else keeps what is saved here. */
export class PresenceBook {
  readonly #parts: PresenceParts
  readonly #seenMs: Map<DeviceId, number>
  #online: ReadonlySet<DeviceId> = new Set()

  static async open(parts: PresenceParts): Promise<PresenceBook> {
    const [ids, times] = await Promise.all([parts.keep.getAllKeys('seen'), parts.keep.getAll('seen')])
    return new PresenceBook(parts, new Map(ids.map((id, nth) => [id, times[nth] ?? 0])))
  }

  private constructor(parts: PresenceParts, seenMs: Map<DeviceId, number>) {
    this.#parts = parts
    this.#seenMs = seenMs
  }

  view(): Pick<ProfileStatus, 'devices' | 'behind'> {
    const { profile } = this.#parts
    const devices = profile.membership.members().map((member) => this.#viewOf(member))
    return { devices, behind: new Map(profile.replica.docs().map((doc) => [doc.docId, this.#behindOf(doc)])) }
  }

  /** Calls `changed` whenever the view may have; until disposed. */
  watch(changed: () => void): Disposable {
    const { profile } = this.#parts
    const watched = new Map<DocId, () => void>()
    const watchDocs = (): void => {
      for (const doc of profile.replica.docs()) {
        if (watched.has(doc.docId)) continue
        // On the next microtask the edit is in the chain, and the copies elsewhere are behind it.
        const onUpdate = (): void => { queueMicrotask(changed) } // prettier-ignore
        doc.ydoc.on('update', onUpdate)
        watched.set(doc.docId, () => { doc.ydoc.off('update', onUpdate) }) // prettier-ignore
      }
    }
    const onPeers = (): void => {
      watchDocs()
      this.notePeers()
      changed()
    }
    const leave = [profile.replica.onPeersChanged(onPeers), profile.onMembers(changed)]
    watchDocs()
    return {
      [Symbol.dispose]: () => {
        for (const stop of [...leave, ...watched.values()]) stop()
      },
    }
  }

  /** Who is in touch with this browser now, itself or through another device. */
  get online(): ReadonlySet<DeviceId> {
    return this.#online
  }

  #viewOf(member: Member): DeviceView {
    const { deviceId, peerId, class: kind, revoked } = member
    const seenMs = this.#seenMs.get(deviceId)
    const here = deviceId === this.#parts.self
    const online = this.#online.has(deviceId)
    const link = this.#parts.linkTo(peerId)
    const auditTip = this.#parts.auditTipOf(deviceId)
    return {
      deviceId,
      name: this.#parts.nameOf(member),
      class: kind,
      presence: revoked ? 'revoked' : here ? 'here' : online ? 'online' : 'offline',
      certificateBeginsMs: member.notBeforeMs,
      certificateEndsMs: member.notAfterMs,
      signPublicKey: hexFromBytes(member.signPublicKey),
      boxPublicKey: hexFromBytes(member.boxPublicKey),
      peerId,
      ...(auditTip !== undefined && { auditTip }),
      ...(link === undefined || revoked ? {} : { link }),
      ...(this.#parts.isOnThisMachine(peerId) && { isOnThisMachine: true }),
      ...(here || online || seenMs === undefined ? {} : { lastSeenMs: seenMs }),
    }
  }

  #behindOf(doc: SealedDoc): ReadonlyMap<DeviceId, number> {
    const { profile, self } = this.#parts
    const ours = [...seqsOf(doc)]
    const kept = profile.replica.kept(doc.docId)
    const others = profile.membership.members().filter(({ deviceId, revoked }) => deviceId !== self && !revoked)
    return new Map(
      others.flatMap(({ deviceId, peerId }) => {
        const theirs = kept.get(peerId) ?? (ours.length === 0 ? new Map() : undefined)
        if (theirs === undefined) return []
        return [
          [
            deviceId,
            ours.reduce((behind, [chain, seq]) => behind + Math.max(0, seq - (theirs.get(chain) ?? 0)), 0),
          ] as const,
        ]
      }),
    )
  }

  /** Whoever has just come or gone was seen now. */
  notePeers(): void {
    const { profile, clock, keep, reachable } = this.#parts
    const before = this.#online
    const peers = new Set(profile.replica.peers())
    const members = profile.membership.members()
    const online = members.filter(({ peerId, deviceId }) => peers.has(peerId) || reachable().has(deviceId))
    this.#online = new Set(online.map(({ deviceId }) => deviceId))
    for (const { deviceId } of members) {
      if (before.has(deviceId) === this.#online.has(deviceId)) continue
      this.#seenMs.set(deviceId, clock.nowMs())
      void withKeep(() => keep.put('seen', clock.nowMs(), deviceId))
    }
  }
}

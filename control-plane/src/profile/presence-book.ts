import type { Profile } from '@cloudos/mesh/profile'
import { seqsOf } from '@cloudos/mesh/sync-session'
import type { SealedDoc } from '@cloudos/mesh/sealed-doc'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import type { Member } from '@cloudos/crypto/membership'
import type { DeviceId, DocId } from '@cloudos/protocol/ids'
import type { Clock } from '@cloudos/protocol/ports'
import type { KeepDatabase } from './keep.ts'
import type { DeviceView, ProfileStatus } from './status.ts'

export interface PresenceParts {
  readonly profile: Profile
  readonly keep: KeepDatabase
  readonly clock: Clock
  readonly self: DeviceId
}

/** Who is in, who is in touch with this browser or last was, and who else keeps what is saved here. */
export class PresenceBook {
  readonly #parts: PresenceParts
  readonly #seenMs: Map<DeviceId, number>
  #online: ReadonlySet<string> = new Set()

  static async open(parts: PresenceParts): Promise<PresenceBook> {
    const [ids, times] = await Promise.all([parts.keep.getAllKeys('seen'), parts.keep.getAll('seen')])
    return new PresenceBook(parts, new Map(ids.map((id, nth) => [id, times[nth] ?? 0])))
  }

  private constructor(parts: PresenceParts, seenMs: Map<DeviceId, number>) {
    this.#parts = parts
    this.#seenMs = seenMs
  }

  view(): Omit<ProfileStatus, 'incidents'> {
    const { profile } = this.#parts
    const devices = profile.membership.members().map((member) => this.#viewOf(member))
    return { devices, copies: new Map(profile.replica.docs().map((doc) => [doc.docId, this.#copiesOf(doc)])) }
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
      this.#notePeers()
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

  #viewOf(member: Member): DeviceView {
    const { deviceId, name, class: kind, notAfterMs, signPublicKey, revoked, peerId } = member
    const seenMs = this.#seenMs.get(deviceId)
    const here = deviceId === this.#parts.self
    const online = this.#online.has(peerId)
    return {
      deviceId,
      name,
      class: kind,
      presence: revoked ? 'revoked' : here ? 'here' : online ? 'online' : 'offline',
      certificateEndsMs: notAfterMs,
      signPublicKey: hexFromBytes(signPublicKey),
      ...(here || online || seenMs === undefined ? {} : { lastSeenMs: seenMs }),
    }
  }

  #copiesOf(doc: SealedDoc): number {
    const ours = seqsOf(doc)
    const kept = [...this.#parts.profile.replica.kept(doc.docId).values()]
    return kept.filter((theirs) => [...ours].every(([chain, seq]) => (theirs.get(chain) ?? 0) >= seq)).length
  }

  #notePeers(): void {
    const { profile, clock, keep } = this.#parts
    const before = this.#online
    this.#online = new Set(profile.replica.peers())
    for (const { peerId, deviceId } of profile.membership.members()) {
      if (before.has(peerId) === this.#online.has(peerId)) continue
      this.#seenMs.set(deviceId, clock.nowMs())
      void keep.put('seen', clock.nowMs(), deviceId)
    }
  }
}

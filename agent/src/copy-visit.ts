import type { StoredCopy } from '@cloudos/mesh/copy/read-copy'
import type { SignInForVisitor } from '@cloudos/mesh/pairing/pair'
import type { CopyPlace, SealedCopy } from '@cloudos/mesh/pairing/talk'
import type { Profile } from '@cloudos/mesh/profile'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DriveAdded, DriveAnswer, DriveAttempt } from '@cloudos/protocol/drive-commands'
import type { ProfileId } from '@cloudos/protocol/ids'
import type { NewMedium } from '@cloudos/protocol/storage-commands'
import type { Clock } from '@cloudos/protocol/ports'
import type { Journal } from './journal/journal.ts'
import type { MediaDesk } from './media/media-desk.ts'

export interface CopyVisitParts {
  readonly profile: () => Profile | undefined
  readonly ways: Journal['ways']
  readonly media: MediaDesk
  /** To Google; what comes of it is kept in memory until a copy is opened. */
  readonly signIn: SignInForVisitor
  readonly clock: Clock
}

/** Longer than an honest server needs for the few objects that are read. */
const LOOK_MAX_MS = 60_000

/** One page that has proved a link and looks for its profile here: what it is shown, and what comes here with it. */
export class CopyVisit {
  readonly #parts: CopyVisitParts
  /** The copy in a place that was shown last: the one the visitor opens. */
  #shown: { readonly place: NewMedium; readonly copy: StoredCopy } | undefined

  #signingIn: { readonly attempt: string; readonly done: Promise<DriveAdded> } | undefined

  constructor(parts: CopyVisitParts) {
    this.#parts = parts
  }

  /** Rejects with `CloudError`; nothing is written. */
  async show(where: CopyPlace): Promise<SealedCopy> {
    this.#shown = undefined
    if (where.in === 'profile') return this.#own()
    const copy = await this.#inTime(this.#parts.media.copyIn(where.place))
    const own = this.#parts.profile()?.membership.profileId
    if (own !== undefined && own !== copy.profileId)
      throw new CloudError('foreign-profile', 'Another profile lies there than the one this device is in.')
    this.#shown = { place: where.place, copy }
    const { profileId, slots, sealedVault, entries } = copy
    return { profileId, slots, sealedVault, entries }
  }

  beginSignIn(where: string): Promise<DriveAttempt> {
    return this.#parts.signIn.begin(where)
  }

  /** Said again and again until it is done: what has come in between is told then. */
  finishSignIn(answer: DriveAnswer): Promise<DriveAdded> {
    const { signIn } = this.#parts
    if (answer.returned !== undefined) return signIn.finish(answer)
    if (this.#signingIn?.attempt !== answer.attempt)
      this.#signingIn = { attempt: answer.attempt, done: signIn.finish(answer) }
    return this.#signingIn.done
  }

  /** What the visitor has signed with the root that the copy led it to, for a device of the profile: it must let the visitor in. */
  async takeIn(peerPublicKey: Uint8Array, entries: readonly Uint8Array[]): Promise<void> {
    const profile = this.#parts.profile()
    await profile?.authority.take([...(this.#shown?.copy.entries ?? []), ...entries])
    if (profile?.admits(hexFromBytes(peerPublicKey)) !== true)
      throw new CloudError('not-let-in', 'What a visitor has signed does not let it in.')
    await this.#keepPlace(profile.membership.profileId)
  }

  /**
   * This device is about to be in the profile. From now on the place brings what lies there, also after a restart; and the ways in are
   * here at once, for the next browser that asks.
   */
  async settle(profileId: ProfileId): Promise<void> {
    await this.#keepPlace(profileId)
    if (this.#shown?.copy.profileId !== profileId || this.#parts.ways.find() !== undefined) return
    const { slots, sealedVault } = this.#shown.copy
    this.#parts.ways.put({ slots, sealedVault })
  }

  async #keepPlace(profileId: ProfileId): Promise<void> {
    if (this.#shown?.copy.profileId !== profileId) return
    await this.#parts.media.adopt(this.#shown.place, this.#shown.copy)
  }

  /** A server that never answers is told as one while somebody still waits for it. */
  async #inTime<T>(reading: Promise<T>): Promise<T> {
    const done = new AbortController()
    const late = this.#parts.clock.sleep(LOOK_MAX_MS, done.signal).then(() => {
      throw new CloudError('medium-unreachable', 'The place did not answer in time.')
    })
    try {
      return await Promise.race([reading, late])
    } finally {
      done.abort()
    }
  }

  #own(): SealedCopy {
    const profile = this.#parts.profile()
    const ways = this.#parts.ways.find()
    if (profile === undefined || ways === undefined)
      throw new CloudError('no-copy', 'This device has no copy of the ways in.')
    const { authority, membership } = profile
    return { profileId: membership.profileId, ...ways, entries: [...authority.entries().values()] }
  }
}

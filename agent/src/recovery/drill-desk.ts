import type { StoredCopy } from '@cloudos/mesh/copy/read-copy'
import type { Profile } from '@cloudos/mesh/profile'
import { rehearse } from '@cloudos/mesh/recovery/rehearse'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import type { Drill, Drilled, DrillEntry, ShownCopy } from '@cloudos/protocol/recovery-commands'
import type { Entry } from '@cloudos/protocol/storage-commands'
import type { Drills } from '../journal/drills.ts'
import type { StoredMedium } from '../journal/media.ts'
import type { MediaDesk } from '../media/media-desk.ts'
import { entranceTo, isOfTyping } from './drill-entry.ts'
import type { Entrance, SignedInForDrill } from './drill-entry.ts'
import { shownCopy } from './shown-copy.ts'

export interface DrillDeskParts {
  readonly mesh: { readonly profile: Profile | undefined }
  readonly media: MediaDesk
  readonly drills: Drills
  readonly signedIn: SignedInForDrill
  readonly clock: Clock
  readonly rng: Rng
}

/** Tries whether a copy would bring everything back, and keeps how that went. Nothing is written to the profile or the medium. */
export class DrillDesk {
  readonly #parts: DrillDeskParts

  constructor(parts: DrillDeskParts) {
    this.#parts = parts
  }

  /** The copy as it lies there now, for whoever opens it with a way in. */
  read(asked: DrillEntry, tell: (entries: readonly Uint8Array[]) => void): Promise<ShownCopy> {
    return this.#trying(asked, undefined, (copy) => Promise.resolve(shownCopy(copy, tell)))
  }

  /** `epochKeys` come out of the vault on that medium; this device's own are not used. */
  async run({ way, epochKeys, ...asked }: Drill): Promise<Drilled> {
    const { mediumId } = asked
    const drilled = await this.#trying(asked, way, async (copy, entry) => ({
      ...(await this.#rehearse(copy, mediumId, epochKeys)),
      entry,
    }))
    this.#parts.drills.note(mediumId, { way, entry: drilled.entry, atMs: drilled.testedAtMs, problem: undefined })
    return drilled
  }

  async #rehearse(copy: StoredCopy, medium: string, epochKeys: Drill['epochKeys']) {
    const { mesh, clock, rng } = this.#parts
    const { profile } = mesh
    if (profile === undefined)
      throw new CloudError('no-profile', 'This device is in no profile yet. Open its page, or pair it.')
    const keyByEpoch = new Map(epochKeys)
    const rehearsed = await rehearse({ copy, keyByEpoch, profile, medium, clock, rng })
    return { ...rehearsed, testedAtMs: clock.nowMs(), gen: copy.head.gen }
  }

  /** Damaged packs are written again with the next save, which comes at once. */
  async #repair(mediumId: string): Promise<void> {
    try {
      await this.#parts.media.check(mediumId)
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
    }
  }

  /** What failed is on the record before it is said; what somebody mistyped says nothing of the copy. */
  async #trying<T>(
    asked: DrillEntry,
    way: string | undefined,
    work: (copy: StoredCopy, entry: Entry) => Promise<T>,
  ): Promise<T> {
    const { drills, clock, media, signedIn } = this.#parts
    const { mediumId } = asked
    let entry: Entry | undefined
    try {
      const enter = (medium: StoredMedium): Entrance => {
        const entrance = entranceTo(medium, asked, signedIn)
        entry = entrance.entry
        return entrance
      }
      return await media.read(mediumId, enter, work)
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      if (entry !== undefined && !isOfTyping(cause))
        drills.note(mediumId, { way, entry, atMs: clock.nowMs(), problem: cause.message.slice(0, SENTENCE_MAX) })
      if (cause.code === 'copy-damaged') await this.#repair(mediumId)
      throw cause
    }
  }
}

const SENTENCE_MAX = 300

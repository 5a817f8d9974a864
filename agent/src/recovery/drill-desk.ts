import type { StoredCopy } from '@cloudos/mesh/copy/read-copy'
import type { Profile } from '@cloudos/mesh/profile'
import { rehearse } from '@cloudos/mesh/recovery/rehearse'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import type { Drill, Drilled, ShownCopy } from '@cloudos/protocol/recovery-commands'
import type { Drills } from '../journal/drills.ts'
import type { MediaDesk } from '../media/media-desk.ts'
import { shownCopy } from './shown-copy.ts'

export interface DrillDeskParts {
  readonly mesh: { readonly profile: Profile | undefined }
  readonly media: MediaDesk
  readonly drills: Drills
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
  read(mediumId: string, tell: (entries: readonly Uint8Array[]) => void): Promise<ShownCopy> {
    return this.#noting(mediumId, undefined, () =>
      this.#parts.media.read(mediumId, (copy) => Promise.resolve(shownCopy(copy, tell))),
    )
  }

  /** `epochKeys` come out of the vault on that medium; this device's own are not used. */
  async run({ mediumId, way, epochKeys }: Drill): Promise<Drilled> {
    const drilled = await this.#noting(mediumId, way, () =>
      this.#parts.media.read(mediumId, (copy) => this.#rehearse(copy, mediumId, epochKeys)),
    )
    this.#parts.drills.note(mediumId, { way, atMs: drilled.testedAtMs, problem: undefined })
    return drilled
  }

  async #rehearse(copy: StoredCopy, medium: string, epochKeys: Drill['epochKeys']): Promise<Drilled> {
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

  /** What failed is on the record before it is said. */
  async #noting<T>(mediumId: string, way: string | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      const { drills, clock } = this.#parts
      if (cause.code !== 'no-such-medium' && cause.code !== 'no-profile')
        drills.note(mediumId, { way, atMs: clock.nowMs(), problem: cause.message.slice(0, SENTENCE_MAX) })
      if (cause.code === 'copy-damaged') await this.#repair(mediumId)
      throw cause
    }
  }
}

const SENTENCE_MAX = 300

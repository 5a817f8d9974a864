import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DeviceId } from '@cloudos/protocol/ids'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import { findWitnesses, forgetWitnesses } from './keep.ts'
import type { KeepDatabase } from './keep.ts'

export interface FreshnessParts {
  readonly keep: KeepDatabase
  /** Devices in touch with this browser, which brings what they have here. */
  readonly online: () => ReadonlySet<DeviceId>
  /** What connected agents say of the places they keep the profile in; rejects (`CloudError`) when one is gone. */
  readonly media: () => Promise<readonly MediumView[]>
  /** Has each connected agent note that the owner takes what is here for the newest; rejects (`CloudError`) when one does not. */
  readonly tellTrusted: () => Promise<void>
  readonly onProven: () => void
}

/**
 * Whether what is here is known to be the newest there is. A browser that has signed in from one copy cannot know: whoever owns that
 * place may show an old one. A second source settles it for good: a device that was in the profile before, or another place in which a
 * copy lay already. What either has is merged here, so from then on nothing older than both is shown.
 */
export class FreshnessBook {
  readonly #parts: FreshnessParts
  /** `undefined` once nothing has to be proven. */
  #witnesses: ReadonlySet<DeviceId> | undefined
  #isLooking = false

  static async open(parts: FreshnessParts): Promise<FreshnessBook> {
    const witnesses = await findWitnesses(parts.keep)
    return new FreshnessBook(parts, witnesses && new Set(witnesses))
  }

  private constructor(parts: FreshnessParts, witnesses: ReadonlySet<DeviceId> | undefined) {
    this.#parts = parts
    this.#witnesses = witnesses
  }

  get now(): 'proven' | 'unproven' {
    return this.#witnesses === undefined ? 'proven' : 'unproven'
  }

  /** Somebody has come, gone, or spoken. Resolves once what follows from it is kept. */
  async look(): Promise<void> {
    const witnesses = this.#witnesses
    if (witnesses === undefined || this.#isLooking) return
    this.#isLooking = true
    try {
      const isMet = [...this.#parts.online()].some((deviceId) => witnesses.has(deviceId))
      if (!isMet && !(await this.#hasSecondPlace())) return
      await this.#prove()
    } finally {
      this.#isLooking = false
    }
  }

  /** Throws `CloudError` ('freshness-unproven') while changes of who is in, and of what opens the profile, have to wait. */
  async mustBeProven(): Promise<void> {
    await this.look()
    if (this.now === 'proven') return
    throw new CloudError(
      'freshness-unproven',
      'This waits: what is here came from one copy, and nothing else says yet that it is the newest. Connect one of your other devices, or add another place that has a copy. If this copy is all there is, say so once on Home: Use this copy.',
    )
  }

  /** The owner says that this copy is all there is. It is on the record of every agent that is connected before it counts. */
  async trust(): Promise<void> {
    if (this.now === 'proven') return
    await this.#parts.tellTrusted()
    await this.#prove()
  }

  async #prove(): Promise<void> {
    await forgetWitnesses(this.#parts.keep)
    this.#witnesses = undefined
    this.#parts.onProven()
  }

  async #hasSecondPlace(): Promise<boolean> {
    try {
      const media = await this.#parts.media()
      return media.some(({ hadCopy, state }) => hadCopy === true && state === 'kept')
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      return false
    }
  }
}

import type { Profile } from '@cloudos/mesh/profile'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DeviceId } from '@cloudos/protocol/ids'
import type { JobView } from '@cloudos/protocol/job-state'
import { LIMITS } from '@cloudos/protocol/limits'
import { findSlotKind } from '@cloudos/protocol/slot'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import type { WipeCheck } from '@cloudos/protocol/wipe-command'
import { SAFE_DOMAINS, safetyOf } from '@cloudos/scheduler/safety'
import type { KeptPlace, Safety } from '@cloudos/scheduler/safety'
import type { Ways } from '../journal/ways.ts'
import { placesOfMedia, placesOfPeers } from './kept-places.ts'
import { wipeCheck } from './wipe-check.ts'

export interface SafetyDeskParts {
  readonly media: { list(): Promise<readonly MediumView[]> }
  readonly mesh: { readonly deviceId: DeviceId; readonly profile: Profile | undefined }
  readonly jobs: { list(limit: number): readonly JobView[] }
  readonly ways: Ways
}

/** What this device knows of where its profile would survive. */
export class SafetyDesk {
  readonly #parts: SafetyDeskParts

  constructor(parts: SafetyDeskParts) {
    this.#parts = parts
  }

  async now(): Promise<Safety> {
    return safetyOf(this.#places(await this.#parts.media.list()))
  }

  /** Throws `CloudError` ('not-safe-without') when the owner should be asked before this place is given up. */
  async mustHoldWithout(mediumId: string): Promise<void> {
    const media = await this.#parts.media.list()
    const { domains } = safetyOf(this.#places(media.filter((medium) => medium.mediumId !== mediumId)))
    if (domains.length >= SAFE_DOMAINS) return
    const left = domains.length === 0 ? 'nothing that is known to hold everything' : `only ${domains.join(', ')}`
    throw new CloudError(
      'not-safe-without',
      `Without it ${left} would be left. Nothing was removed. Add another copy first, or remove it anyway (--anyway).`,
    )
  }

  async wipeCheck(): Promise<WipeCheck> {
    const { media, mesh, jobs, ways } = this.#parts
    const listed = await media.list()
    return wipeCheck({
      places: this.#places(listed),
      ownDomain: listed.find(({ kind }) => kind === 'device')?.failureDomain ?? '',
      jobs: jobs.list(LIMITS.jobListMax).filter(({ deviceId }) => deviceId === mesh.deviceId).length,
      ways: (ways.find()?.slots ?? []).flatMap((slot) => findSlotKind(slot) ?? []),
    })
  }

  #places(media: readonly MediumView[]): readonly KeptPlace[] {
    const { profile, deviceId } = this.#parts.mesh
    return [...placesOfMedia(media), ...(profile === undefined ? [] : placesOfPeers(profile, deviceId))]
  }
}

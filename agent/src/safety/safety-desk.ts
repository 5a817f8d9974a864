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
import type { Clock } from '@cloudos/protocol/ports'
import { reachedBy } from '../device-code/reached-by.ts'
import { documentName } from '../export/document-name.ts'
import type { Ways } from '../journal/ways.ts'
import { placesOfMedia, placesOfPeers } from './kept-places.ts'
import { editsBeyond, furthest, reachedHere, reachedOn } from './reached.ts'
import type { Reached } from './reached.ts'
import { diskOfDevice, OWN_DISK, withSpokenDomains } from './spoken-domains.ts'
import { wipeCheck } from './wipe-check.ts'

export interface SafetyDeskParts {
  readonly media: { list(): Promise<readonly MediumView[]>; reached(mediumId: string): Reached }
  readonly mesh: { readonly deviceId: DeviceId; readonly profile: Profile | undefined }
  /** Which of the others have said that they keep the newest ways in. */
  readonly others: { learnWays(): Promise<void>; keepsWays(deviceId: DeviceId): boolean }
  readonly jobs: { list(limit: number): readonly JobView[] }
  readonly ways: Ways
  readonly clock: Pick<Clock, 'nowMs'>
}

/** What this device knows of where its profile would survive. */
export class SafetyDesk {
  readonly #parts: SafetyDeskParts

  constructor(parts: SafetyDeskParts) {
    this.#parts = parts
  }

  /** The places of this device, with what each is lost with in words. */
  async media(): Promise<readonly MediumView[]> {
    const { media, mesh } = this.#parts
    const { profile, deviceId } = mesh
    return withSpokenDomains(await media.list(), profile === undefined ? OWN_DISK : diskOfDevice(profile, deviceId))
  }

  async now(): Promise<Safety> {
    await this.#parts.others.learnWays()
    return safetyOf(this.#places(await this.media()))
  }

  /** Throws `CloudError` ('not-safe-without') when the owner should be asked before this place is given up. */
  async mustHoldWithout(mediumId: string): Promise<void> {
    const media = await this.media()
    const { domains } = safetyOf(this.#places(media.filter((medium) => medium.mediumId !== mediumId)))
    if (domains.length >= SAFE_DOMAINS) return
    const left = domains.length === 0 ? 'nothing that is known to hold everything' : `only ${domains.join(', ')}`
    throw new CloudError(
      'not-safe-without',
      `Without it ${left} would be left. Nothing was removed. Add another copy first, or remove it anyway (--anyway).`,
    )
  }

  /**
   * Whether a device of the profile can be wiped; this one unless another is named. Of another it is told what is known here: what that one
   * has said to hold, and what every other place holds of it. Throws `CloudError` ('no-such-device').
   */
  async wipeCheck(wanted?: DeviceId): Promise<WipeCheck> {
    const { mesh, jobs, ways, others } = this.#parts
    const deviceId = wanted ?? mesh.deviceId
    await others.learnWays()
    const { profile } = mesh
    const about = profile && this.#aboutOther(profile, deviceId)
    const hasKeys = deviceId === mesh.deviceId || about?.isBrowser === true
    return {
      ...wipeCheck({
        places: this.#places(await this.media(), about?.reached),
        lostDomain: profile === undefined ? OWN_DISK : diskOfDevice(profile, deviceId),
        documents: (profile?.replica.docs() ?? []).map(({ docId }) => ({ docId, name: documentName(profile, docId) })),
        beyond: about?.beyond ?? 0,
        isSilent: about?.isSilent ?? false,
        jobs: jobs.list(LIMITS.jobListMax).filter((job) => job.deviceId === deviceId).length,
        ways: hasKeys ? (ways.find()?.slots ?? []).flatMap((slot) => findSlotKind(slot) ?? []) : undefined,
      }),
      ...(about?.heardAtMs !== undefined && { heardAtMs: about.heardAtMs }),
    }
  }

  #aboutOther(profile: Profile, deviceId: DeviceId): AboutOther | undefined {
    if (deviceId === this.#parts.mesh.deviceId) return undefined
    const member = profile.membership.members().find((one) => one.deviceId === deviceId)
    if (member === undefined)
      throw new CloudError('no-such-device', 'No device of the profile has this id. See them with: cloudos device list')
    const reached = reachedOn(profile, member, this.#parts.clock.nowMs())
    const isSilent = [...reached.values()].every((chains) => chains.size === 0)
    const heardAtMs = reachedBy(profile, deviceId).savedAtMs
    return { reached, isSilent, heardAtMs, isBrowser: member.class === 'browser', beyond: editsBeyond(reached, reachedHere(profile)) } // prettier-ignore
  }

  /** `more`: what else is known to have been written, besides what is here. */
  #places(media: readonly MediumView[], more: Reached = new Map()): readonly KeptPlace[] {
    const { media: desk, mesh, others, clock } = this.#parts
    const { profile, deviceId: self } = mesh
    if (profile === undefined) return placesOfMedia(media, new Map(), () => new Map())
    const here = reachedHere(profile)
    const wanted = furthest([here, more])
    const keepsWays = (deviceId: DeviceId): boolean => others.keepsWays(deviceId)
    return [
      ...placesOfMedia(media, wanted, (mediumId) => (mediumId === 'device' ? here : desk.reached(mediumId))),
      ...placesOfPeers(profile, { self, wanted, keepsWays, nowMs: clock.nowMs() }),
    ]
  }
}

interface AboutOther {
  readonly reached: Reached
  readonly isSilent: boolean
  readonly heardAtMs: number | undefined
  readonly isBrowser: boolean
  readonly beyond: number
}

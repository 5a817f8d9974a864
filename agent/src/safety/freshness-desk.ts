import { hexFromBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Profile } from '@cloudos/mesh/profile'
import type { DeviceId } from '@cloudos/protocol/ids'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import type { Settings } from '../journal/settings.ts'

export interface FreshnessDeskParts {
  readonly settings: Settings
  readonly mesh: { readonly deviceId: DeviceId; readonly profile: Profile | undefined }
  readonly media: { list(): Promise<readonly MediumView[]> }
}

/**
 * Whether what is here is known to be the newest there is. A device that came back from one copy cannot know: whoever keeps that copy may
 * show an old one. A device that was in before it, or another place in which a copy lay already, settles it for good; so does the owner.
 */
export class FreshnessDesk {
  readonly #parts: FreshnessDeskParts

  constructor(parts: FreshnessDeskParts) {
    this.#parts = parts
  }

  /** This device comes back from one copy. `shownBy`: the peer id of the device that showed its own; it is no second source then. */
  begin(shownBy: string | undefined): void {
    this.#parts.settings.set('unproven', `from ${shownBy ?? 'a place'}`)
  }

  async isProven(): Promise<boolean> {
    const from = this.#parts.settings.find('unproven') ?? ''
    if (from === '') return true
    if (!this.#isMet(from.slice('from '.length)) && !(await this.#hasSecondPlace())) return false
    this.#parts.settings.set('unproven', '')
    return true
  }

  /** The owner says that this copy is all there is. Throws `CloudError` 'no-profile'. */
  trust(): void {
    if (this.#parts.mesh.profile === undefined)
      throw new CloudError('no-profile', 'This device is in no profile yet. Bring one back first: cloudos recover')
    this.#parts.settings.set('unproven', '')
  }

  /** A device that was in before this one is in step with it: what it had is here. */
  #isMet(shownBy: string): boolean {
    const { profile, deviceId } = this.#parts.mesh
    const devices = profile?.authority.state.deviceById
    const own = devices?.get(deviceId)?.order
    if (profile === undefined || devices === undefined || own === undefined) return false
    const peers = profile.replica.peers().filter((peerId) => peerId !== shownBy)
    return [...devices.values()].some(
      ({ order, revoked, certificate }) =>
        order < own && revoked === undefined && peers.includes(hexFromBytes(certificate.peerPublicKey)),
    )
  }

  async #hasSecondPlace(): Promise<boolean> {
    const media = await this.#parts.media.list()
    return media.some(({ hadCopy, state }) => hadCopy === true && state === 'kept')
  }
}

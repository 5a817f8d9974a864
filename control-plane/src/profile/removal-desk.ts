import { revokeDevice } from '@cloudos/crypto/change-authority'
import type { Profile } from '@cloudos/mesh/profile'
import type { RevocationReason } from '@cloudos/protocol/authority-body'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DeviceId } from '@cloudos/protocol/ids'
import { admittedOf } from './admitted.ts'
import type { RootActs } from './root-acts.ts'
import type { RemovalView } from './status.ts'

/** Removing a device: out of the profile, and a new epoch that it is not given. */
export class RemovalDesk {
  readonly #profile: Profile
  readonly #root: RootActs
  readonly #onChanged: () => void
  #view: RemovalView = { phase: 'none' }

  constructor(profile: Profile, root: RootActs, onChanged: () => void) {
    this.#profile = profile
    this.#root = root
    this.#onChanged = onChanged
  }

  get view(): RemovalView {
    return this.#view
  }

  async remove(deviceId: DeviceId, reason: RevocationReason): Promise<void> {
    const member = this.#profile.membership.member(deviceId)
    if (this.#view.phase === 'removing' || member === undefined || member.revoked) return
    this.#show({ phase: 'removing', deviceId })
    try {
      await this.#root.act((power) => {
        const admitted = admittedOf(this.#profile.replica, member)
        return revokeDevice(power, { deviceId, reason, admitted })
      })
      this.#show({ phase: 'none' })
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      this.#show({ phase: 'failed', deviceId, message: cause.message })
    }
  }

  #show(view: RemovalView): void {
    this.#view = view
    this.#onChanged()
  }
}

import { revokeDevice } from '@cloudos/crypto/change-authority'
import type { Profile } from '@cloudos/mesh/profile'
import type { RevocationReason } from '@cloudos/protocol/authority-body'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DeviceId } from '@cloudos/protocol/ids'
import { admittedOf } from './admitted.ts'
import type { RootActs } from './root-acts.ts'
import type { RemovalView } from './status.ts'

export interface RemovalParts {
  readonly profile: Profile
  readonly root: RootActs
  /** Rejects (`CloudError`) while who is in must not be changed. */
  readonly mayChange: () => Promise<void>
  readonly onChanged: () => void
}

/** Removing a device: out of the profile, and a new epoch that it is not given. */
export class RemovalDesk {
  readonly #parts: RemovalParts
  #view: RemovalView = { phase: 'none' }

  constructor(parts: RemovalParts) {
    this.#parts = parts
  }

  get view(): RemovalView {
    return this.#view
  }

  async remove(deviceId: DeviceId, reason: RevocationReason): Promise<void> {
    const { profile, root, mayChange } = this.#parts
    const member = profile.membership.member(deviceId)
    if (this.#view.phase === 'removing' || member === undefined || member.revoked) return
    this.#show({ phase: 'removing', deviceId })
    try {
      await mayChange()
      await root.act((power) => {
        const admitted = admittedOf(profile.replica, member)
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
    this.#parts.onChanged()
  }
}

import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DeviceId } from '@cloudos/protocol/ids'
import type { Policy } from '@cloudos/protocol/policy'
import { getPolicyCommand, setPolicyCommand } from '@cloudos/protocol/policy-commands'
import { callAgent } from '../profile/agent-commands.ts'
import type { ProfileInTab } from '../profile/profile.ts'

/** What one connected device allows, asks about and forbids. */
export class PermissionsOfDevice {
  policy = $state.raw<Policy>()
  problem = $state<string>()
  busy = $state(false)
  readonly #profile: ProfileInTab
  readonly #deviceId: DeviceId
  #turn: Promise<void> = Promise.resolve()

  constructor(profile: ProfileInTab, deviceId: DeviceId) {
    this.#profile = profile
    this.#deviceId = deviceId
  }

  look(): Promise<void> {
    return this.#act(async () => {
      this.policy = await this.#current()
    })
  }

  /** Changes what is there now, which another page may have changed since this one looked. */
  change(change: (policy: Policy) => Policy): Promise<void> {
    return this.#act(async () => {
      const next = change(await this.#current())
      await callAgent(this.#profile.device(this.#deviceId), setPolicyCommand, next)
      this.policy = next
    })
  }

  #current(): Promise<Policy> {
    return callAgent(this.#profile.device(this.#deviceId), getPolicyCommand, {})
  }

  /** One after the other: the second of two quick choices must find the first. */
  #act(act: () => Promise<void>): Promise<void> {
    this.busy = true
    const mine = this.#turn.then(() => this.#tell(act))
    this.#turn = mine
    return mine.finally(() => {
      if (this.#turn === mine) this.busy = false
    })
  }

  async #tell(act: () => Promise<void>): Promise<void> {
    try {
      await act()
      this.problem = undefined
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      this.problem = cause.message
    }
  }
}

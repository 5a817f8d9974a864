import { revokeDevice } from '@cloudos/crypto/change-authority'
import { abortAfter } from '@cloudos/mesh/abort-after'
import type { Profile } from '@cloudos/mesh/profile'
import type { RpcClient } from '@cloudos/mesh/rpc'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DeviceId, Hash } from '@cloudos/protocol/ids'
import type { Clock } from '@cloudos/protocol/ports'
import { leaveCommand } from '@cloudos/protocol/way-commands'
import type { Leaving } from '@cloudos/protocol/way-commands'
import { admittedOf } from './admitted.ts'
import { callAgent } from './agent-commands.ts'
import type { RootActs } from './root-acts.ts'

export interface LeaveParts {
  readonly profile: Profile
  readonly root: RootActs
  readonly self: DeviceId
  /** A channel of its own to each agent that is connected; closing it is the caller's part. */
  readonly openAgents: () => readonly (() => Promise<RpcClient>)[]
  readonly clock: Clock
}

/** For one agent to write it down and answer; with a few of them a person still waits. */
const TOLD_WITHIN_MS = 5_000

/** This browser takes itself out of the profile, as the last it does with the root key. */
export class LeaveDesk {
  readonly #parts: LeaveParts
  #made: { readonly tip: Hash; readonly leaving: Leaving } | undefined

  constructor(parts: LeaveParts) {
    this.#parts = parts
  }

  /** Resolves once an agent has it on its disk: it tells the others. Rejects with `CloudError` when none does; nothing is in force here then. */
  async leave(): Promise<void> {
    const { openAgents, profile } = this.#parts
    const leaving = await this.#leaving()
    let problem = new CloudError('no-agent', 'None of your other devices is connected to this browser.')
    for (const open of openAgents())
      try {
        await this.#tell(open, leaving)
        return
      } catch (cause) {
        if (!(cause instanceof CloudError)) throw cause
        problem = cause
      }
    // The answer was lost, and the log has come back with it.
    if (!profile.isRemoved) throw problem
  }

  async #tell(open: () => Promise<RpcClient>, leaving: Leaving): Promise<void> {
    const client = await open()
    try {
      await callAgent(client, leaveCommand, leaving, { signal: abortAfter(this.#parts.clock, TOLD_WITHIN_MS) })
    } finally {
      client.close()
    }
  }

  /** The same as before while the log is as before: an agent whose answer was lost has it already, and another one would fork the log. */
  async #leaving(): Promise<Leaving> {
    const { profile, root, self } = this.#parts
    const { tip } = profile.authority.state
    if (this.#made?.tip === tip) return this.#made.leaving
    const member = profile.membership.member(self)
    const leaving =
      member &&
      (await root.handOver((power) => {
        const admitted = admittedOf(profile.replica, member)
        return revokeDevice(power, { deviceId: self, reason: 'retired', admitted })
      }))
    if (leaving === undefined) throw new CloudError('no-way', 'There is no way in that could open the profile elsewhere. Add one first.') // prettier-ignore
    this.#made = { tip, leaving }
    return leaving
  }
}

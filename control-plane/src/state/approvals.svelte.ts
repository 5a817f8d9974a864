import type { RpcClient } from '@cloudos/mesh/rpc'
import { giveApprovalCommand, refuseApprovalCommand, watchApprovalsCommand } from '@cloudos/protocol/approval-commands'
import type { PendingApproval } from '@cloudos/protocol/approval-commands'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { LIMITS } from '@cloudos/protocol/limits'
import { callAgent, watchAgent } from '../profile/agent-commands.ts'

/** What waits on one agent for a person's yes. */
export class Approvals {
  pending = $state.raw<readonly PendingApproval[]>([])
  problem = $state.raw<string | undefined>()
  readonly #client: RpcClient

  constructor(client: RpcClient) {
    this.#client = client
  }

  /** Until `signal` aborts or the agent goes away. */
  async follow(signal: AbortSignal): Promise<void> {
    const onEvent = ({ pending }: { readonly pending: readonly PendingApproval[] }): void => {
      this.pending = pending
    }
    try {
      await watchAgent(this.#client, watchApprovalsCommand, { onEvent, signal, timeoutMs: LIMITS.rpcMaxTimeoutMs })
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
    }
    this.pending = []
  }

  async answer({ approvalId, hash }: PendingApproval, isYes: boolean): Promise<void> {
    try {
      this.problem = undefined
      await callAgent(this.#client, isYes ? giveApprovalCommand : refuseApprovalCommand, { approvalId, hash })
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      this.problem = cause.message
    }
  }
}

import type { RpcClient } from '@cloudos/mesh/rpc'
import { CloudError } from '@cloudos/protocol/cloud-error'
import {
  admitCommand,
  inviteCommand,
  refuseCommand,
  statusCommand,
  watchPairingCommand,
} from '@cloudos/protocol/commands'
import type {
  AgentStatus,
  CommandShape,
  InvitationLink,
  PairingRefusal,
  WaitingDevice,
} from '@cloudos/protocol/commands'
import { LIMITS } from '@cloudos/protocol/limits'
import { encodeRecord, parseRecord } from '@cloudos/protocol/record'
import type { RecordCodec } from '@cloudos/protocol/record'

/** What the page asks of an agent. Everything rejects with the command's `CloudError`, or 'disconnected'. */
export interface AgentCommands {
  status(): Promise<AgentStatus>
  invite(): Promise<InvitationLink>
  /** Tells of each device that waits to be let in, until `signal` aborts; then it resolves. */
  watchPairing(onDevice: (device: WaitingDevice) => void, signal: AbortSignal): Promise<void>
  admit(requestId: string, entries: readonly Uint8Array[]): Promise<void>
  refuse(requestId: string, reason: PairingRefusal['reason']): Promise<void>
}

const ANSWER_WITHIN_MS = 10_000

export function createAgentCommands(client: RpcClient): AgentCommands {
  const call = async <Input, Output>(command: CommandShape<Input, Output>, input: Input): Promise<Output> =>
    parsed(
      command.output,
      await client.call(command.name, encodeRecord(command.input, input), { timeoutMs: ANSWER_WITHIN_MS }),
    )
  return {
    status: () => call(statusCommand, {}),
    invite: () => call(inviteCommand, {}),
    watchPairing: async (onDevice, signal) => {
      const { name, input, event } = watchPairingCommand
      const options = {
        timeoutMs: LIMITS.pairingTtlMs,
        signal,
        onEvent: (body: Uint8Array) => {
          if (event !== undefined) onDevice(parsed(event, body))
        },
      }
      try {
        await client.call(name, encodeRecord(input, {}), options)
      } catch (cause) {
        if (!(cause instanceof CloudError) || !signal.aborted) throw cause
      }
    },
    admit: async (requestId, entries) => {
      await call(admitCommand, { requestId, entries })
    },
    refuse: async (requestId, reason) => {
      await call(refuseCommand, { requestId, reason })
    },
  }
}

function parsed<T>(codec: RecordCodec<T, string>, bytes: Uint8Array): T {
  const record = parseRecord(codec, bytes, LIMITS.rpcMaxBytes)
  if (!record.ok)
    throw new CloudError(
      'other-version',
      `The agent answered in a form this page does not know (${record.error}). Update both.`,
    )
  return record.value
}

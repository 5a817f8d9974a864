import type { RpcClient } from '@cloudos/mesh/rpc'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import {
  admitCommand,
  inviteCommand,
  refuseCommand,
  statusCommand,
  watchPairingCommand,
} from '@cloudos/protocol/commands'
import type { CommandShape, Nothing } from '@cloudos/protocol/command'
import type { AgentStatus, InvitationLink, PairingRefusal, WaitingDevice } from '@cloudos/protocol/commands'
import { LIMITS } from '@cloudos/protocol/limits'
import { getWaysCommand, putWaysCommand } from '@cloudos/protocol/way-commands'
import type { WaysAgent } from './ways-exchange.ts'
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

export function createAgentCommands(client: RpcClient): AgentCommands {
  const call = <Input, Output>(command: CommandShape<Input, Output>, input: Input): Promise<Output> =>
    callAgent(client, command, input)
  return {
    status: () => call(statusCommand, {}),
    invite: () => call(inviteCommand, {}),
    watchPairing: (onEvent, signal) =>
      watchAgent(client, watchPairingCommand, { onEvent, signal, timeoutMs: LIMITS.pairingTtlMs }),
    admit: async (requestId, entries) => {
      await call(admitCommand, { requestId, entries })
    },
    refuse: async (requestId, reason) => {
      await call(refuseCommand, { requestId, reason })
    },
  }
}

/** The sealed ways in, brought to an agent and fetched from it. */
export function waysOfAgent(client: RpcClient): WaysAgent {
  return {
    put: async (ways) => {
      await callAgent(client, putWaysCommand, ways)
    },
    get: () => callAgent(client, getWaysCommand, {}),
  }
}

/** What a caller may want beside the answer. */
export interface Hearing<Event> {
  readonly onEvent?: (event: Event) => void
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
}

export async function callAgent<Input, Output, Event = never>(
  client: RpcClient,
  { name, input, output, event, repeat, ...shape }: CommandShape<Input, Output, Event>,
  given: Input,
  { onEvent, signal, timeoutMs = shape.timeoutMs }: Hearing<Event> = {},
): Promise<Output> {
  const key = repeat === 'needs-key' ? { idempotencyKey: drawnHex() } : {}
  const onBody = (body: Uint8Array): void => {
    if (event !== undefined) onEvent?.(parsed(event, body))
  }
  const options = { timeoutMs, onEvent: onBody, traceId: drawnHex(), ...key, ...(signal && { signal }) }
  return parsed(output, await client.call(name, encodeRecord(input, given), options))
}

const drawnHex = (): string => hexFromBytes(crypto.getRandomValues(new Uint8Array(16)))

type Watching<Event> = Required<Hearing<Event>>

/** Hears what a command tells until `signal` aborts or its time is up; then it resolves. */
export async function watchAgent<Event>(
  client: RpcClient,
  command: CommandShape<Nothing, Nothing, Event>,
  watching: Watching<Event>,
): Promise<void> {
  try {
    await callAgent(client, command, {}, watching)
  } catch (cause) {
    if (!(cause instanceof CloudError) || !watching.signal.aborted) throw cause
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

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
import type { AnyCommand, CommandShape, Nothing } from '@cloudos/protocol/command'
import type { AgentStatus, InvitationLink, PairingRefusal, WaitingDevice } from '@cloudos/protocol/commands'
import { jsonFromBytes } from '@cloudos/protocol/json-record'
import type { Json } from '@cloudos/protocol/json-record'
import { LIMITS } from '@cloudos/protocol/limits'
import { trustCopyCommand } from '@cloudos/protocol/recovery-commands'
import { listStorageCommand } from '@cloudos/protocol/storage-commands'
import type { MediumView } from '@cloudos/protocol/storage-commands'
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

/** Has the agent note that the owner takes what is here for the newest there is. */
export async function tellTrusted(client: RpcClient): Promise<void> {
  await callAgent(client, trustCopyCommand, {})
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
  const onBody = (body: Uint8Array): void => {
    if (event !== undefined) onEvent?.(parsed(event, body))
  }
  const options = { timeoutMs, onEvent: onBody, ...marksOf(repeat), ...(signal && { signal }) }
  return parsed(output, await client.call(name, encodeRecord(input, given), options))
}

export interface AnyHearing {
  readonly onEvent: (event: Json) => void
  /** A person is asked, for so long at most. */
  readonly onWaits: (forMs: number) => void
  readonly signal: AbortSignal
}

/** Like `callAgent`, for who holds the command without its types: `params` are its input as it travels (`bytesFromJson`). */
export async function callAnyOfAgent(
  client: RpcClient,
  { name, output, event, repeat, timeoutMs }: AnyCommand,
  params: Uint8Array,
  { onEvent, ...hearing }: AnyHearing,
): Promise<Json> {
  const read = (codec: AnyCommand['output'], bytes: Uint8Array): Json => {
    const json = jsonFromBytes(codec, bytes)
    if (!json.ok) throw otherVersion(json.error)
    return json.value
  }
  const onBody = (body: Uint8Array): void => {
    if (event !== undefined) onEvent(read(event, body))
  }
  return read(output, await client.call(name, params, { timeoutMs, onEvent: onBody, ...marksOf(repeat), ...hearing }))
}

/** What the request goes by: its trace, and its key where it must not be done twice. */
function marksOf(repeat: AnyCommand['repeat']): { readonly traceId: string; readonly idempotencyKey?: string } {
  return { traceId: drawnHex(), ...(repeat === 'needs-key' && { idempotencyKey: drawnHex() }) }
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
  if (!record.ok) throw otherVersion(record.error)
  return record.value
}

function otherVersion(refusal: string): CloudError {
  return new CloudError(
    'other-version',
    `The agent answered in a form this page does not know (${refusal}). Update both.`,
  )
}

/** Where an agent keeps the profile. */
export async function mediaOf(client: RpcClient): Promise<readonly MediumView[]> {
  return (await callAgent(client, listStorageCommand, {})).media
}

import { connect } from 'node:net'
import { createRpcClient } from '@cloudos/mesh/rpc'
import type { RpcOptions } from '@cloudos/mesh/rpc'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { AnyCommand, AnyRecord } from '@cloudos/protocol/command'
import { bytesFromJson, jsonFromBytes } from '@cloudos/protocol/json-record'
import type { Json } from '@cloudos/protocol/json-record'
import { findErrno } from '../broken-world.ts'
import { createSocketChannel } from '../door/socket-channel.ts'

export interface AskOptions {
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
  /** Hex of 16 bytes, for a command that is not done twice. */
  readonly idempotencyKey?: string
  readonly onEvent?: (event: Json) => void
}

/** The owner's side of the agent's private socket, with everything as JSON. */
export interface AgentDoor {
  /** Rejects with the command's own `CloudError`, 'bad-input' before anything is sent, or 'disconnected'. */
  ask(command: AnyCommand, input: Json, options?: AskOptions): Promise<Json>
  close(): void
  /** Resolves when the agent has gone away, or after `close`. */
  readonly closed: Promise<void>
}

/** `every` goes with each command. Rejects as `CloudError` 'not-running' when nobody listens there. */
export async function openAgentDoor(
  socketPath: string,
  every: Pick<RpcOptions, 'onWaits' | 'token'> = {},
): Promise<AgentDoor> {
  const socket = connect(socketPath)
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', (cause) => {
      reject(refuseConnection(cause, socketPath))
    })
  })
  const client = createRpcClient(createSocketChannel(socket, 'agent'))
  return {
    async ask(command, input, { signal, timeoutMs, idempotencyKey, onEvent } = {}) {
      const params = bytesFromJson(command.input, input)
      if (!params.ok) throw new CloudError('bad-input', params.error.message)
      const { event } = command
      const bytes = await client.call(command.name, params.value, {
        timeoutMs: timeoutMs ?? command.timeoutMs,
        ...(signal && { signal }),
        ...(idempotencyKey !== undefined && { idempotencyKey }),
        ...every,
        ...(event && onEvent && { onEvent: (body: Uint8Array) => onEvent(valueOf(event, body)) }),
      })
      return valueOf(command.output, bytes)
    },
    close: () => {
      client.close()
    },
    closed: new Promise((resolve) => {
      socket.once('close', () => {
        resolve()
      })
    }),
  }
}

function refuseConnection(cause: unknown, socketPath: string): CloudError {
  switch (findErrno(cause) ?? '') {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return new CloudError('not-running', 'CloudOS is not running here. Start it with: cloudos up', cause)
    case 'EACCES':
    case 'EPERM':
      return new CloudError('not-yours', `The agent at ${socketPath} belongs to another user. Ask as that user.`, cause)
    default:
      return new CloudError('unreachable', `Nothing answers at ${socketPath}. Look closer with: cloudos doctor`, cause)
  }
}

function valueOf(record: AnyRecord, bytes: Uint8Array): Json {
  const parsed = jsonFromBytes(record, bytes)
  if (parsed.ok) return parsed.value
  throw new CloudError(
    'other-version',
    'The running agent answers in a way this command does not know: it is of another version. Restart it with: cloudos down, then cloudos up',
  )
}

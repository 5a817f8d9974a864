import { CloudError } from '@cloudos/protocol/cloud-error'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Channel, Clock } from '@cloudos/protocol/ports'
import { encodeRpc, parseRpc } from '@cloudos/protocol/rpc'
import type { RpcFailure, RpcMessage, RpcRequest } from '@cloudos/protocol/rpc'
import { startDeadline } from './deadline.ts'

export const RPC_PROTOCOL = '/cloudos/rpc/1'

/** What a command is run with. Who asks comes from the channel. */
export interface RpcCall {
  readonly request: RpcRequest
  /** Tells the caller something before the answer. */
  readonly tell: (body: Uint8Array) => void
  /** Aborts when the caller cancels, goes away, or its time is up. */
  readonly signal: AbortSignal
  /** For asking a person: the caller hears that it may take `forMs`, and the command's own time begins when `wait` is over. */
  readonly asking: <T>(forMs: number, wait: () => Promise<T>) => Promise<T>
}

/** Runs one command; a refusal or a broken world rejects as `CloudError`, whose code and message the caller gets. */
export type RpcAnswerer = (call: RpcCall) => Promise<Uint8Array>

/** Leaves room for what stands around a result in its message. */
const RESULT_MAX_BYTES = LIMITS.rpcMaxBytes - 256

/** Answers commands on a channel until it closes. Ids that do not count up are replays and end it. */
export function serveRpc(channel: Channel, answer: RpcAnswerer, clock: Clock): void {
  const running = new Map<number, AbortController>()
  let lastId = 0
  const take = (message: RpcMessage): boolean => {
    if (message.kind === 'cancel') {
      running.get(message.id)?.abort()
      return true
    }
    if (message.kind !== 'request' || message.id <= lastId) return false
    lastId = message.id
    if (running.size >= LIMITS.rpcMaxPending)
      send({
        kind: 'failure',
        id: message.id,
        code: 'busy',
        message: 'Too many commands at once. Wait for some to finish.',
      })
    else void run(message)
    return true
  }
  const run = async (request: RpcRequest & { readonly kind: 'request' }): Promise<void> => {
    const { id } = request
    const stop = new AbortController()
    running.set(id, stop)
    let seq = 0
    const tell = (body: Uint8Array): void => {
      if (running.has(id)) send({ kind: 'event', id, seq: seq++, body })
    }
    const isOver = (): void => { stop.abort() } // prettier-ignore
    const deadline = startDeadline(request.timeoutMs, isOver, clock)
    const asking: RpcCall['asking'] = (forMs, wait) => {
      send({ kind: 'waits', id, forMs })
      return deadline.suspended(wait)
    }
    try {
      const result = await answer({ request, tell, signal: stop.signal, asking })
      if (result.length > RESULT_MAX_BYTES)
        throw new CloudError('answer-too-large', 'The answer is larger than a command may give. Ask for less of it.')
      send({ kind: 'reply', id, result })
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      send(failureFrom(id, cause))
    } finally {
      deadline.end()
      running.delete(id)
    }
  }
  const send = (message: RpcMessage): void => {
    channel.send(encodeRpc(message))
  }
  channel.onMessage((bytes) => {
    const parsed = parseRpc(bytes)
    if (!parsed.ok || !take(parsed.value)) channel.close()
  })
  channel.onClose(() => {
    for (const stop of running.values()) stop.abort()
  })
}

function failureFrom(id: number, { code, message }: CloudError): RpcMessage {
  return { kind: 'failure', id, code, message: message.slice(0, 1000) }
}

export interface RpcOptions {
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  readonly idempotencyKey?: string
  /** Hex of 16 bytes. */
  readonly traceId?: string
  /** A chain of capability tokens to be allowed by, instead of by what this caller may anyway. */
  readonly token?: Uint8Array
  readonly onEvent?: (body: Uint8Array) => void
  /** A person is asked, for so long at most; the command's own time begins after that. */
  readonly onWaits?: (forMs: number) => void
}

export interface RpcClient {
  /** Rejects with the command's own `CloudError`, or 'disconnected' when the channel ends before the answer. */
  call(method: string, params: Uint8Array, options: RpcOptions): Promise<Uint8Array>
  close(): void
}

interface Waiting {
  readonly answered: PromiseWithResolvers<Uint8Array>
  readonly onEvent: RpcOptions['onEvent'] | undefined
  readonly onWaits: RpcOptions['onWaits'] | undefined
}

export function createRpcClient(channel: Channel): RpcClient {
  const waitingById = new Map<number, Waiting>()
  let lastId = 0
  let closed = false
  channel.onMessage((bytes) => {
    const parsed = parseRpc(bytes)
    if (parsed.ok) settle(waitingById, parsed.value)
    else channel.close()
  })
  channel.onClose(() => {
    closed = true
    for (const { answered } of waitingById.values()) answered.reject(disconnected())
    waitingById.clear()
  })
  return {
    async call(method, params, { timeoutMs, signal, idempotencyKey, traceId, token, onEvent, onWaits }) {
      if (closed) throw disconnected()
      const id = ++lastId
      const waiting: Waiting = { answered: Promise.withResolvers<Uint8Array>(), onEvent, onWaits }
      waitingById.set(id, waiting)
      channel.send(
        encodeRpc({
          kind: 'request',
          id,
          method,
          params,
          timeoutMs,
          ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
          ...(traceId === undefined ? {} : { traceId }),
          ...(token === undefined ? {} : { token }),
        }),
      )
      const cancel = (): void => {
        if (!waitingById.delete(id)) return
        channel.send(encodeRpc({ kind: 'cancel', id }))
        waiting.answered.reject(new CloudError('cancelled', 'Cancelled.'))
      }
      signal?.addEventListener('abort', cancel, { once: true })
      if (signal?.aborted === true) cancel()
      return waiting.answered.promise.finally(() => signal?.removeEventListener('abort', cancel))
    },
    close() {
      channel.close()
    },
  }
}

function settle(waitingById: Map<number, Waiting>, message: RpcMessage): void {
  const waiting = waitingById.get(message.id)
  if (waiting === undefined) return
  if (message.kind === 'event') waiting.onEvent?.(message.body.slice())
  if (message.kind === 'waits') waiting.onWaits?.(message.forMs)
  if (message.kind !== 'reply' && message.kind !== 'failure') return
  waitingById.delete(message.id)
  if (message.kind === 'reply') waiting.answered.resolve(message.result.slice())
  else waiting.answered.reject(errorFrom(message))
}

function errorFrom({ code, message }: RpcFailure): CloudError {
  return new CloudError(code, message)
}

function disconnected(): CloudError {
  return new CloudError('disconnected', 'The agent is not reachable. Is it still running?')
}

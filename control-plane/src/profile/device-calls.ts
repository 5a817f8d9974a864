import type { RpcClient, RpcOptions } from '@cloudos/mesh/rpc'
import type { Locks } from '@cloudos/mesh/browser/leadership'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { findId } from '@cloudos/protocol/ids'
import type { DeviceId } from '@cloudos/protocol/ids'

/**
 * How a tab asks a device for a command: through the leading tab, which alone holds the connections. Rejects with the command's own
 * `CloudError`, 'not-in-reach' when the device is not connected, or 'disconnected' when the leader changes after something was told. A
 * leader that comes before that is asked again: a command is harmless to repeat, or goes with its idempotency key.
 */
export function callThroughLeader(channel: BroadcastChannel, locks: Locks, deviceId: DeviceId): RpcClient {
  return {
    call: (method, params, options) => ask(channel, locks, { deviceId, method, params }, options),
    close: () => undefined,
  }
}

interface Call {
  readonly deviceId: DeviceId
  readonly method: string
  readonly params: Uint8Array
}

async function ask(channel: BroadcastChannel, locks: Locks, call: Call, options: RpcOptions): Promise<Uint8Array> {
  const { timeoutMs, idempotencyKey, signal, onEvent, onWaits } = options
  const id = crypto.randomUUID()
  const answered = Promise.withResolvers<Uint8Array>()
  const ended = Promise.withResolvers<undefined>()
  let told = false
  const say = (): void => {
    channel.postMessage({ asksDevice: id, ...call, timeoutMs, idempotencyKey })
  }
  const listen = ({ data }: MessageEvent<unknown>): void => {
    const { answersTo, event, waitsMs, result, problem, leadsAnew } = fieldsOf(data)
    if (leadsAnew === true && told) answered.reject(leaderChanged())
    else if (leadsAnew === true) say()
    if (answersTo !== id) return
    told = true
    const { code, message } = fieldsOf(problem)
    if (event instanceof Uint8Array) onEvent?.(event)
    if (typeof waitsMs === 'number') {
      startPatience(waitsMs + timeoutMs)
      onWaits?.(waitsMs)
    }
    if (result instanceof Uint8Array) answered.resolve(result)
    if (typeof code === 'string' && typeof message === 'string') answered.reject(new CloudError(code, message))
  }
  let patience: ReturnType<typeof setTimeout> | undefined
  const startPatience = (ms: number): void => {
    clearTimeout(patience)
    patience = setTimeout(() => { answered.reject(notAnswered()) }, ms + LEADER_TAKES_MS) // prettier-ignore
  }
  startPatience(timeoutMs)
  const cancel = (): void => {
    answered.reject(new CloudError('cancelled', 'Cancelled.'))
  }
  channel.addEventListener('message', listen)
  signal?.addEventListener('abort', cancel, { once: true })
  if (signal?.aborted === true) cancel()
  // The call lives as long as this lock: it ends with the answer, with `signal`, or with the tab, whatever way that goes.
  const held = locks.request(callLock(id), () => {
    say()
    return ended.promise
  })
  try {
    return await answered.promise
  } finally {
    clearTimeout(patience)
    ended.resolve(undefined)
    await held
    channel.removeEventListener('message', listen)
    signal?.removeEventListener('abort', cancel)
  }
}

/** The leader's side. `clientOf` is how a device is asked while it is connected. */
export function answerDeviceCalls(
  channel: BroadcastChannel,
  locks: Locks,
  clientOf: (deviceId: DeviceId) => RpcClient | undefined,
): Disposable {
  const listen = ({ data }: MessageEvent<unknown>): void => {
    const { asksDevice, deviceId, method, params, timeoutMs, idempotencyKey } = fieldsOf(data)
    const device = findId('DeviceId', deviceId)
    if (typeof asksDevice !== 'string' || typeof method !== 'string' || device === undefined) return
    if (!(params instanceof Uint8Array) || typeof timeoutMs !== 'number') return
    const gone = new AbortController()
    void locks.request(callLock(asksDevice), () => { gone.abort() }) // prettier-ignore
    const options: RpcOptions = {
      timeoutMs,
      signal: gone.signal,
      onEvent: (event) => { channel.postMessage({ answersTo: asksDevice, event }) }, // prettier-ignore
      onWaits: (waitsMs) => { channel.postMessage({ answersTo: asksDevice, waitsMs }) }, // prettier-ignore
      ...(typeof idempotencyKey === 'string' && { idempotencyKey }),
    }
    void answer(clientOf(device), { method, params }, options).then(
      (result) => { channel.postMessage({ answersTo: asksDevice, result }) }, // prettier-ignore
      (cause: unknown) => {
        if (!(cause instanceof CloudError)) throw cause
        channel.postMessage({ answersTo: asksDevice, problem: { code: cause.code, message: cause.message } })
      },
    )
  }
  channel.addEventListener('message', listen)
  channel.postMessage({ leadsAnew: true })
  return { [Symbol.dispose]: () => { channel.removeEventListener('message', listen) } } // prettier-ignore
}

async function answer(
  client: RpcClient | undefined,
  { method, params }: Omit<Call, 'deviceId'>,
  options: RpcOptions,
): Promise<Uint8Array> {
  if (client === undefined)
    throw new CloudError('not-in-reach', 'That device is not connected now. It connects by itself once it is on.')
  return client.call(method, params, options)
}

function callLock(id: string): string {
  return `cloudos/call/${id}`
}

/** Another tab may be opening the profile just now. */
const LEADER_TAKES_MS = 5_000

function notAnswered(): CloudError {
  return new CloudError('no-answer', 'That device did not answer in time. Try again.')
}

function leaderChanged(): CloudError {
  return new CloudError('disconnected', 'The tab that held the connection was closed. Try again.')
}

/** The tabs of one origin are one trust; parsing only keeps out what another version of the page would say. */
function fieldsOf(said: unknown): Partial<Record<string, unknown>> {
  return typeof said === 'object' && said !== null ? { ...said } : {}
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RpcClient } from '@cloudos/mesh/rpc'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { idFromBytes } from '@cloudos/protocol/ids'
import { answerDeviceCalls, callThroughLeader } from './device-calls.ts'

const NEAR = idFromBytes('DeviceId', new Uint8Array(16).fill(1))
const FAR = idFromBytes('DeviceId', new Uint8Array(16).fill(2))
const PARAMS = Uint8Array.of(1, 2, 3)
let channels = 0

/** One browser: a tab, and whoever leads, each with its own ear. */
function createTabs(t: { after: (fn: () => void) => void }) {
  const name = `calls-${String(++channels)}`
  const [tab, leader] = [new BroadcastChannel(name), new BroadcastChannel(name)]
  t.after(() => {
    tab.close()
    leader.close()
  })
  return { tab, leader }
}

function deviceThat(call: RpcClient['call']): RpcClient {
  return { call, close: () => undefined }
}

test('a tab asks a device through the leader, hears what it tells, and gets its answer or its refusal', async (t) => {
  const { tab, leader } = createTabs(t)
  const near = deviceThat((method, params, { onEvent, idempotencyKey, timeoutMs }) => {
    assert.deepEqual([method, params, idempotencyKey, timeoutMs], ['job.run', PARAMS, 'key', 900])
    onEvent?.(Uint8Array.of(7))
    return Promise.resolve(Uint8Array.of(8))
  })
  t.after(answerDeviceCalls(leader, navigator.locks, (id) => (id === NEAR ? near : undefined))[Symbol.dispose])
  const told: Uint8Array[] = []
  const onEvent = (body: Uint8Array): void => { told.push(body) } // prettier-ignore
  const asked = callThroughLeader(tab, navigator.locks, NEAR)
  const result = await asked.call('job.run', PARAMS, { timeoutMs: 900, idempotencyKey: 'key', onEvent })
  assert.deepEqual([result, told], [Uint8Array.of(8), [Uint8Array.of(7)]])
  const far = callThroughLeader(tab, navigator.locks, FAR)
  await assert.rejects(far.call('job.run', PARAMS, { timeoutMs: 900 }), { code: 'not-in-reach' })
})

test('a call that is cancelled ends at the device too', async (t) => {
  const { tab, leader } = createTabs(t)
  const begun = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  const near = deviceThat((_method, _params, { signal }) => {
    begun.resolve()
    return new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => {
        ended.resolve()
        reject(new CloudError('cancelled', 'Cancelled.'))
      })
    })
  })
  t.after(answerDeviceCalls(leader, navigator.locks, () => near)[Symbol.dispose])
  const stop = new AbortController()
  const calling = callThroughLeader(tab, navigator.locks, NEAR).call('job.logs', PARAMS, {
    timeoutMs: 9_000,
    signal: stop.signal,
  })
  await begun.promise
  stop.abort()
  await assert.rejects(calling, { code: 'cancelled' })
  await ended.promise
})

test('a tab hears that a person is asked first, and is patient for as long as that may take', async (t) => {
  const { tab, leader } = createTabs(t)
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const yes = Promise.withResolvers<Uint8Array>()
  const near = deviceThat((_method, _params, { onWaits }) => {
    onWaits?.(300_000)
    return yes.promise
  })
  t.after(answerDeviceCalls(leader, navigator.locks, () => near)[Symbol.dispose])
  const waits = Promise.withResolvers<number>()
  const asked = callThroughLeader(tab, navigator.locks, NEAR).call('job.run', PARAMS, {
    timeoutMs: 900,
    onWaits: waits.resolve,
  })
  assert.equal(await waits.promise, 300_000)
  t.mock.timers.tick(300_000)
  yes.resolve(PARAMS)
  assert.deepEqual(await asked, PARAMS)
})

test('a leader that comes later is asked too, and one that comes after something was told ends the call', async (t) => {
  const { tab, leader } = createTabs(t)
  const early = callThroughLeader(tab, navigator.locks, NEAR).call('status', PARAMS, { timeoutMs: 9_000 })
  const first = answerDeviceCalls(leader, navigator.locks, () => deviceThat(() => Promise.resolve(PARAMS)))
  assert.deepEqual(await early, PARAMS)
  first[Symbol.dispose]()
  const silent = deviceThat((_method, _params, { onEvent }) => {
    onEvent?.(PARAMS)
    return new Promise(() => undefined)
  })
  const second = answerDeviceCalls(leader, navigator.locks, () => silent)
  const told = Promise.withResolvers<void>()
  const calling = callThroughLeader(tab, navigator.locks, NEAR).call('job.logs', PARAMS, {
    timeoutMs: 9_000,
    onEvent: () => { told.resolve() }, // prettier-ignore
  })
  const broken = assert.rejects(calling, { code: 'disconnected' })
  await told.promise
  second[Symbol.dispose]()
  t.after(answerDeviceCalls(leader, navigator.locks, () => silent)[Symbol.dispose])
  await broken
})

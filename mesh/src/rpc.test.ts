import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Channel, Clock } from '@cloudos/protocol/ports'
import { encodeRpc } from '@cloudos/protocol/rpc'
import { createRpcClient, RPC_PROTOCOL, serveRpc } from './rpc.ts'
import type { RpcAnswerer, RpcClient } from './rpc.ts'
import { MemoryNetwork } from './testing/memory-net.ts'
import { SteppedClock } from './testing/stepped-clock.ts'

const NOTHING = new Uint8Array(0)
const soon = { timeoutMs: 5_000 }

async function connect(
  answer: RpcAnswerer,
  clock: Clock = new SteppedClock(),
): Promise<{ client: RpcClient; channel: Channel; network: MemoryNetwork }> {
  const network = new MemoryNetwork()
  network.join('agent').handle(RPC_PROTOCOL, (channel) => {
    serveRpc(channel, answer, clock)
  })
  const channel = await network.join('page').open('agent', RPC_PROTOCOL)
  return { client: createRpcClient(channel), channel, network }
}

test('calls are answered each with its own, in any order, with what was told before', async () => {
  const { client } = await connect(async ({ request, tell }) => {
    tell(utf8('begun'))
    if (request.method === 'slow') await new Promise((resolve) => setImmediate(resolve))
    return utf8(request.method)
  })
  const told: Uint8Array[] = []
  const answers = await Promise.all([
    client.call('slow', NOTHING, { ...soon, onEvent: (body) => told.push(body) }),
    client.call('fast', NOTHING, soon),
  ])
  assert.deepEqual(answers, [utf8('slow'), utf8('fast')])
  assert.deepEqual(told, [utf8('begun')])
})

test('a refusal arrives with its code and its sentence', async () => {
  const { client } = await connect(() => Promise.reject(new CloudError('no-such-command', 'There is no such command.')))
  await assert.rejects(client.call('nothing', NOTHING, soon), {
    code: 'no-such-command',
    message: 'There is no such command.',
  })
})

test('cancelling, a deadline and a lost channel each stop the command at the other end', async () => {
  const clock = new SteppedClock()
  const stopped: string[] = []
  const { client, channel, network } = await connect(
    ({ request, signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          stopped.push(request.method)
          reject(new CloudError('stopped', 'stopped'))
        })
      }),
    clock,
  )
  const giveUp = new AbortController()
  const cancelled = client.call('cancelled', NOTHING, { ...soon, signal: giveUp.signal })
  const late = client.call('late', NOTHING, { timeoutMs: 1 })
  giveUp.abort()
  await assert.rejects(cancelled, { code: 'cancelled' })
  await network.settle()
  clock.step(1)
  await assert.rejects(late, { code: 'stopped' })
  const cut = client.call('cut', NOTHING, soon)
  await network.settle()
  channel.close()
  await assert.rejects(cut, { code: 'disconnected' })
  await network.settle()
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(stopped.sort(), ['cancelled', 'cut', 'late'])
  await assert.rejects(client.call('after', NOTHING, soon), { code: 'disconnected' })
})

test('while a person is asked no deadline runs, the caller hears how long that may take, and then the whole time begins', async () => {
  const clock = new SteppedClock()
  const yes = Promise.withResolvers<void>()
  const { client, network } = await connect(async ({ asking, signal }) => {
    await asking(300_000, () => yes.promise)
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => { resolve(utf8('over')) }) // prettier-ignore
    })
  }, clock)
  const heard: (number | string)[] = []
  const onWaits = (forMs: number): void => void heard.push(forMs)
  const asked = client.call('slow', NOTHING, { ...soon, onWaits }).then((answer) => heard.push(String(answer)))
  await network.settle()
  clock.step(290_000)
  yes.resolve()
  await network.settle()
  while (clock.sleeping === 0) await new Promise((resolve) => setImmediate(resolve))
  clock.step(soon.timeoutMs - 1)
  await network.settle()
  assert.deepEqual(heard, [300_000])
  clock.step(1)
  await asked
  assert.deepEqual(heard, [300_000, String(utf8('over'))])
  assert.equal(clock.sleeping, 0)
})

test('a replayed id and rubbish end the channel', async () => {
  for (const second of [
    encodeRpc({ kind: 'request', id: 1, method: 'again', params: NOTHING, timeoutMs: 1000 }),
    new Uint8Array(3),
  ]) {
    let runs = 0
    const { channel, network } = await connect(() => {
      runs += 1
      return Promise.resolve(NOTHING)
    })
    let closed = false
    channel.onClose(() => {
      closed = true
    })
    channel.send(encodeRpc({ kind: 'request', id: 1, method: 'first', params: NOTHING, timeoutMs: 1000 }))
    channel.send(second)
    await network.settle()
    assert.deepEqual([runs, closed], [1, true])
  }
})

test('one caller cannot keep more commands going than the limit', async () => {
  const { client } = await connect(() => new Promise(() => undefined))
  const calls = Array.from({ length: 70 }, () =>
    client.call('hang', NOTHING, soon).catch((cause: unknown) => (cause as CloudError).code),
  )
  const refused = await Promise.all(calls.slice(64))
  assert.deepEqual(new Set(refused), new Set(['busy']))
  client.close()
  assert.deepEqual(new Set(await Promise.all(calls.slice(0, 64))), new Set(['disconnected']))
})

test('an answer that is too large for a message is a refusal, and the channel lives on', async () => {
  const { client } = await connect(({ request }) =>
    Promise.resolve(new Uint8Array(request.method === 'huge' ? LIMITS.rpcMaxBytes : LIMITS.rpcMaxBytes - 256)),
  )
  await assert.rejects(client.call('huge', NOTHING, soon), { code: 'answer-too-large' })
  assert.equal((await client.call('large', NOTHING, soon)).length, LIMITS.rpcMaxBytes - 256)
})

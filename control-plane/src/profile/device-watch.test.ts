import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDeviceSeeds, deviceIdentityFrom } from '@cloudos/crypto/device-identity'
import { signFor } from '@cloudos/crypto/signature'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { encodeCapabilityRecord } from '@cloudos/protocol/capability-record'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DeviceMetrics } from '@cloudos/protocol/device-commands'
import type { DeviceId } from '@cloudos/protocol/ids'
import { encodeSigned } from '@cloudos/protocol/signed'
import type { DeviceCommands } from './device-commands.ts'
import { LOOK_LASTS_MS } from './device-news.ts'
import type { DeviceNews } from './device-news.ts'
import { DeviceWatch } from './device-watch.ts'

const { deviceId, signer } = deviceIdentityFrom(createDeviceSeeds(createDice(1)))
const other = deviceIdentityFrom(createDeviceSeeds(createDice(2)))
const METRICS: DeviceMetrics = {
  atMs: 1,
  cpuPermille: 5,
  memory: { totalMiB: 2, freeMiB: 1 },
  disk: { totalMiB: 2, freeMiB: 1 },
}

async function recordOf(id: DeviceId, by = signer): Promise<Uint8Array> {
  const payload = encodeCapabilityRecord({
    deviceId: id,
    seq: 7,
    measuredAtMs: 1,
    expiresAtMs: 2,
    agentVersion: '0.1.0',
    os: 'linux',
    osVersion: 'Debian 12',
    arch: 'x64',
    cpu: { model: 'A processor', cores: 1 },
    memory: { totalMiB: 2, freeMiB: 1 },
    disk: { totalMiB: 2, freeMiB: 1 },
    runtimes: [],
    sandboxes: [],
    network: { link: 'none' },
  })
  return encodeSigned(payload, await signFor(by, 'capability-record', payload))
}

/** One connected device that says what the test lets it say, and a clock that the test moves. */
function sitDown(answer: () => Promise<Uint8Array>) {
  const news: DeviceNews[] = []
  const calls = { capabilities: 0, watching: 0 }
  let connected = true
  let nowMs = 0
  let send: (metrics: DeviceMetrics) => void = () => assert.fail('nobody watches')
  const device: DeviceCommands = {
    capabilities: () => {
      calls.capabilities++
      return answer()
    },
    watchMetrics: (onMetrics, signal) => {
      calls.watching++
      send = onMetrics
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          calls.watching--
          resolve()
        })
      })
    },
  }
  const watch = new DeviceWatch({
    member: (id) => (id === deviceId ? { peerId: 'p', signPublicKey: signer.publicKey } : undefined),
    linkTo: () => (connected ? device : undefined),
    clock: { nowMs: () => 0, monotonicMs: () => nowMs, sleep: () => assert.fail('it has no timer') },
    tell: (one) => news.push(one),
  })
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))
  return {
    watch,
    calls,
    settle,
    kinds: () => news.map((one) => one.news),
    second: () => { nowMs += 1_000; send(METRICS) }, // prettier-ignore
    pass: (ms: number) => { nowMs += ms }, // prettier-ignore
    disconnect: () => { connected = false }, // prettier-ignore
  }
}

test('a device that is looked at tells what it can do, once for each who does not know, and how it is doing', async () => {
  const { watch, calls, kinds, settle, second } = sitDown(() => recordOf(deviceId))
  watch.look([{ deviceId, seq: 0 }])
  await settle()
  second()
  assert.deepEqual(kinds(), ['capabilities', 'metrics'])
  watch.look([{ deviceId, seq: 7 }])
  watch.look([{ deviceId, seq: 0 }])
  assert.deepEqual(kinds(), ['capabilities', 'metrics', 'capabilities'])
  assert.deepEqual(calls, { capabilities: 1, watching: 1 })
})

test('when nobody has looked for a while the device is left alone', async () => {
  const { watch, calls, kinds, settle, second, pass } = sitDown(() => recordOf(deviceId))
  watch.look([{ deviceId, seq: 0 }])
  await settle()
  pass(LOOK_LASTS_MS)
  second()
  assert.equal(calls.watching, 0)
  assert.deepEqual(kinds(), ['capabilities'])
  await settle()
  watch.look([{ deviceId, seq: 7 }])
  assert.equal(calls.watching, 1)
})

test('what another key has signed, and what a device says of another, is not shown', async () => {
  for (const forged of [() => recordOf(deviceId, other.signer), () => recordOf(other.deviceId)]) {
    const { watch, calls, kinds, settle } = sitDown(forged)
    watch.look([{ deviceId, seq: 0 }])
    await settle()
    assert.deepEqual(kinds(), ['failed'])
    assert.equal(calls.watching, 0)
  }
})

test('bytes that are no record are said to be of another version', async () => {
  const { watch, kinds, settle } = sitDown(() => Promise.resolve(new Uint8Array(100)))
  watch.look([{ deviceId, seq: 0 }])
  await settle()
  assert.deepEqual(kinds(), ['failed'])
})

test('a connection that ends is no failure, and a device that is not connected is not asked', async () => {
  const { watch, calls, kinds, settle, disconnect } = sitDown(() => Promise.reject(new CloudError('disconnected', '')))
  watch.look([{ deviceId, seq: 0 }])
  await settle()
  disconnect()
  watch.look([{ deviceId, seq: 0 }])
  watch.look([{ deviceId: other.deviceId, seq: 0 }])
  await settle()
  assert.deepEqual(kinds(), [])
  assert.deepEqual(calls, { capabilities: 1, watching: 0 })
})

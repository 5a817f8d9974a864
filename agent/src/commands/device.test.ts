import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDeviceSeeds, deviceIdentityFrom } from '@cloudos/crypto/device-identity'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { createRpcClient, RPC_PROTOCOL, serveRpc } from '@cloudos/mesh/rpc'
import { MemoryNetwork } from '@cloudos/mesh/testing/memory-net'
import { parseCapabilityRecord } from '@cloudos/protocol/capability-record'
import { capabilitiesCommand, metricsCommand } from '@cloudos/protocol/device-commands'
import type { DeviceMetrics } from '@cloudos/protocol/device-commands'
import { LIMITS } from '@cloudos/protocol/limits'
import { encodeRecord, parseRecord } from '@cloudos/protocol/record'
import { parseSigned } from '@cloudos/protocol/signed'
import { CapabilityBook } from '../capability/capability-book.ts'
import { readCounters } from '../capability/counters.ts'
import { createMeasure } from '../capability/measure.ts'
import { MetricsFeed } from '../capability/metrics-feed.ts'
import { nodeClock } from '../node-ports.ts'
import { machineOf } from '../testing/machine-folder.ts'
import { SteppedClock } from '@cloudos/mesh/testing/stepped-clock'
import { deviceCommands } from './device.ts'
import { openDispatch } from '../testing/open-dispatch.ts'

const NOTHING = encodeRecord(capabilitiesCommand.input, {})
const soon = { timeoutMs: 10_000 }

test('a device answers over a channel what it can do and how it is doing, and stops measuring when the page has gone', async (t) => {
  const host = machineOf(t, { 'bin/node': '#!/bin/sh\necho v24.21.0\n' })
  const identity = deviceIdentityFrom(createDeviceSeeds(createDice(1)))
  const seqs = new Map<string, string>()
  const settings = {
    find: (name: string) => seqs.get(name),
    set: (name: string, value: string) => seqs.set(name, value),
  }
  const measure = createMeasure(host, nodeClock, () => Promise.resolve([]))
  const book = new CapabilityBook({ measure, identity, settings, clock: nodeClock, version: '0.1.0' })
  const clock = new SteppedClock()
  const feed = new MetricsFeed({ read: () => readCounters(host), clock })
  const { dispatch } = await openDispatch(t, nodeClock, deviceCommands(book, feed))
  const network = new MemoryNetwork()
  network.join('agent').handle(RPC_PROTOCOL, (channel) => {
    serveRpc(channel, (call) => dispatch({ kind: 'device', deviceId: identity.deviceId }, call), nodeClock)
  })
  const client = createRpcClient(await network.join('page').open('agent', RPC_PROTOCOL))

  const answer = parseRecord(
    capabilitiesCommand.output,
    await client.call('device.capabilities', NOTHING, soon),
    LIMITS.rpcMaxBytes,
  )
  assert.ok(answer.ok)
  const signed = parseSigned(answer.value.record, parseCapabilityRecord)
  assert.ok(signed.ok)
  assert.deepEqual(signed.value.value.runtimes, [{ name: 'node', version: '24.21.0' }])

  const told = Promise.withResolvers<DeviceMetrics>()
  const leave = new AbortController()
  const watching = client.call('device.metrics', NOTHING, {
    ...soon,
    signal: leave.signal,
    onEvent: (body) => {
      const event = metricsCommand.event && parseRecord(metricsCommand.event, body, LIMITS.rpcMaxBytes)
      if (event?.ok) told.resolve(event.value)
    },
  })
  await until(() => clock.sleeping === 1)
  clock.step(1_000)
  assert.ok((await told.promise).memory.totalMiB > 0)
  leave.abort()
  await assert.rejects(watching, { code: 'cancelled' })
  await until(() => !feed.isRunning)
})

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve))
}

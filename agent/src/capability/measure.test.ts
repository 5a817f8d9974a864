import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { sampleId } from '@cloudos/protocol/testing/samples'
import { encodeCapabilityRecord, parseCapabilityRecord } from '@cloudos/protocol/capability-record'
import { nodeClock } from '../node-ports.ts'
import { measureSingleCore } from './benchmark.ts'
import { readCounters } from './counters.ts'
import { createMeasure } from './measure.ts'

const HERE = { platform: process.platform, root: '/', searchPath: process.env['PATH'] ?? '', homeFolder: tmpdir() }

test('what is found on this very machine fits a record', async () => {
  const findings = await createMeasure(HERE, nodeClock, () => Promise.resolve([]))()
  const deviceId = sampleId('DeviceId', 1)
  const record = { ...findings, deviceId, seq: 1, measuredAtMs: 1, expiresAtMs: 2, agentVersion: '0.1.0' }
  assert.deepEqual(parseCapabilityRecord(encodeCapabilityRecord(record)), { ok: true, value: record })
  assert.ok(findings.cpu.cores >= 1)
  assert.ok(findings.memory.totalMiB > 0 && findings.disk.totalMiB > 0)
})

test('the counters of this very machine go forward', async () => {
  const [before, after] = [await readCounters(HERE), await readCounters(HERE)]
  assert.ok(after.totalMs >= before.totalMs && after.busyMs >= before.busyMs && before.totalMs > 0)
})

test('the benchmark stops after its tenth of a second, lets others work between slices, and takes the best slice', async () => {
  let [nowMs, breaths, looks] = [0, 0, 0]
  const clock = { ...nodeClock, monotonicMs: () => { looks++; return nowMs } } // prettier-ignore
  const slow = { ...clock, monotonicMs: () => { nowMs += breaths === 3 ? 5 : 10; return clock.monotonicMs() } } // prettier-ignore
  const { singleCoreMops } = await measureSingleCore(slow, () => Promise.resolve(breaths++))
  assert.equal(breaths, 10)
  assert.equal(looks, 21)
  assert.equal(singleCoreMops, 4)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CapabilityRecord } from '@cloudos/protocol/capability-record'
import { sampleId } from '@cloudos/protocol/testing/samples'
import { groupsFrom } from './capability-facts.ts'

const PLAIN: CapabilityRecord = {
  deviceId: sampleId('DeviceId', 1),
  seq: 1,
  measuredAtMs: 0,
  expiresAtMs: 1,
  agentVersion: '0.1.0',
  os: 'macos',
  osVersion: '25.1.0',
  arch: 'arm64',
  cpu: { model: 'unknown', cores: 8 },
  memory: { totalMiB: 16_384, freeMiB: 8_192 },
  disk: { totalMiB: 1024, freeMiB: 512 },
  runtimes: [],
  sandboxes: [],
  network: { link: 'unknown' },
}

function factsOf(record: CapabilityRecord): Readonly<Record<string, string>> {
  const facts = groupsFrom(record).flatMap((group) => group.facts)
  return Object.fromEntries(facts.map(({ label, value }) => [label, value]))
}

test('what a system does not tell is said to be untold, and what was looked for and is not there to be absent', () => {
  const untold = factsOf(PLAIN)
  assert.equal(untold['Cameras'], untold['GPU'])
  assert.equal(untold['GPU'], untold['Processor'])
  assert.notEqual(factsOf({ ...PLAIN, cameras: [] })['Cameras'], untold['Cameras'])
})

test('what is told is shown with its figures', () => {
  const facts = factsOf({
    ...PLAIN,
    gpus: [{ model: 'Radeon 780M', memoryMiB: 2048 }, { model: 'v3d' }],
    battery: { percent: 81, isCharging: false, isOnMains: true },
    paths: [{ name: 'eth0', link: 'wired', speedMbps: 1000 }],
  })
  assert.equal(facts['GPU'], 'Radeon 780M, 2.0 GiB, v3d')
  assert.equal(facts['Battery'], '81 %, on mains')
  assert.equal(facts['Interfaces'], 'eth0, cable, 1000 Mb/s')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { MemoryDisk } from '@cloudos/mesh/testing/memory-disk'
import { openDeviceSeeds } from './device-key.ts'

test('a device makes its secrets once and keeps them', async () => {
  const disk = new MemoryDisk('here')
  const first = await openDeviceSeeds(disk, createDice(1))
  assert.deepEqual(await openDeviceSeeds(disk, createDice(2)), first)
  assert.notDeepEqual(first.signSeed, first.peerSeed)
})

test('damaged secrets are refused, whichever byte it is, and never replaced', async () => {
  const disk = new MemoryDisk('here')
  await openDeviceSeeds(disk, createDice(1))
  const whole = (await disk.readFile('device.key')) ?? new Uint8Array()
  for (let at = 0; at < whole.length; at++) {
    const flipped = whole.map((byte, i) => (i === at ? byte ^ 1 : byte))
    await disk.writeFile('device.key', flipped)
    await assert.rejects(openDeviceSeeds(disk, createDice(2)), { code: 'device-key-damaged' })
    assert.deepEqual(await disk.readFile('device.key'), flipped)
  }
  for (const length of [0, 1, 97, whole.length - 1]) {
    await disk.writeFile('device.key', whole.subarray(0, length))
    await assert.rejects(openDeviceSeeds(disk, createDice(2)), { code: 'device-key-damaged' })
  }
})

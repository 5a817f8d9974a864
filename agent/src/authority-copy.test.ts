import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foundProfile } from '@cloudos/crypto/found-profile'
import { createDeviceSeeds, deviceIdentityFrom } from '@cloudos/crypto/device-identity'
import { createDice } from '@cloudos/crypto/testing/seeded'
import type { AuthorityStore } from '@cloudos/mesh/authority-log'
import { MemoryDisk } from '@cloudos/mesh/testing/memory-disk'
import { findProfileOf, keepTwice } from './authority-copy.ts'

const dice = createDice(5)
const identity = deviceIdentityFrom(createDeviceSeeds(dice))
const { profileId, entries: founding } = await foundProfile({
  rng: dice,
  nowMs: 0,
  devices: [{ identity, name: 'a', class: 'agent' }],
})
const ENTRIES = founding.map(({ bytes }) => bytes)

function memoryStore(entries: readonly Uint8Array[] = []): AuthorityStore & { readonly held: Uint8Array[] } {
  const held = [...entries]
  return {
    held,
    load: () => Promise.resolve({ entries: held.slice(), keyChanges: [] }),
    append: (more) => {
      held.push(...more)
      return Promise.resolve()
    },
  }
}

test('entries that the journal has lost come back from the copy, and are put back', async () => {
  const disk = new MemoryDisk()
  await keepTwice(memoryStore(), disk).append(ENTRIES, [])
  for (const left of [0, 1, ENTRIES.length]) {
    const torn = memoryStore(ENTRIES.slice(0, left))
    const { entries } = await keepTwice(torn, disk).load()
    assert.deepEqual(entries, ENTRIES)
    assert.deepEqual(torn.held, ENTRIES)
    assert.equal(findProfileOf(entries), profileId)
  }
})

test('a copy that was never made, was lost, or is damaged is made anew from the journal', async () => {
  const disk = new MemoryDisk()
  const store = keepTwice(memoryStore(ENTRIES), disk)
  await store.load()
  const whole = disk.peek('authority')
  for (const rotten of [new Uint8Array(), whole.slice(0, -1), new Uint8Array(9).fill(0xff)]) {
    await disk.writeFile('authority', rotten)
    assert.deepEqual((await store.load()).entries, ENTRIES)
    assert.deepEqual(disk.peek('authority'), whole)
  }
})

test('a copy that cannot be written holds nothing up', async () => {
  const disk = new MemoryDisk()
  disk.freeBytes = 0
  const journal = memoryStore()
  await keepTwice(journal, disk).append(ENTRIES, [])
  assert.deepEqual(journal.held, ENTRIES)
})

test('a log without a genesis begins no profile', () => {
  assert.equal(findProfileOf([...ENTRIES.slice(1), new Uint8Array(3)]), undefined)
})

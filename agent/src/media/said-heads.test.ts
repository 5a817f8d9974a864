import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startCopy } from '@cloudos/mesh/copy/copy-keeper'
import { memoryAlone } from '@cloudos/mesh/copy/copy-memory'
import { readCopy } from '@cloudos/mesh/copy/read-copy'
import { HEADS_EVERY_MS } from '@cloudos/mesh/copy/said-heads'
import { DOC } from '@cloudos/mesh/testing/family'
import { SteppedClock } from '@cloudos/mesh/testing/stepped-clock'
import type { SeenHead } from '@cloudos/protocol/sightings'
import { createBlobStore } from '@cloudos/storage-adapters/blob-store'
import { createMemoryMedium } from '@cloudos/storage-adapters/memory'
import { house } from '../testing/protected-house.ts'

const SAVE_EVERY_MS = 5_000
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('while somebody writes, signed heads go to a medium every half minute, and those of the last edit follow', async () => {
  const one = await house(1, 1)
  const [profile, identity] = [one.profiles[0], one.identities[0]]
  assert.ok(profile && identity)
  const clock = new SteppedClock(1_000_000)
  const medium = createMemoryMedium()
  const store = createBlobStore(medium)
  let seen: SeenHead | undefined
  const keeper = startCopy({
    connect: () => Promise.resolve(createBlobStore(medium)),
    medium: 'memory',
    profile,
    identity,
    ways: () => one.ways,
    memory: memoryAlone({ find: () => seen, save: (head) => (seen = head) }),
    clock,
    saveEveryMs: SAVE_EVERY_MS,
    ownDomain: () => Promise.resolve('own disk'),
    retryAfterMs: () => 1_000,
    onIncident: () => assert.fail('an incident while nobody else writes'),
  })
  const doc = await profile.replica.open(DOC)
  const shown = async (): Promise<{ gen: number; headsBlob: string }> => {
    const copy = await readCopy(store)
    assert.ok(copy.ok)
    return copy.value.head
  }
  const settled = async (): Promise<void> => {
    do await turn()
    while (clock.sleeping === 0 && keeper.state.behind > 0)
  }
  const heads = new Set<string>()
  const saves = new Set<number>()
  let isFresh = true
  for (let edit = 0; edit < 10 || isFresh; edit++) {
    doc.ydoc.getText('text').insert(0, 'x')
    await doc.durable()
    await settled()
    clock.step(SAVE_EVERY_MS)
    await settled()
    const { gen, headsBlob } = await shown()
    isFresh = !heads.has(headsBlob)
    heads.add(headsBlob)
    saves.add(gen)
  }
  assert.ok(saves.size >= 5, String(saves.size))
  assert.ok(heads.size >= 2 && heads.size <= 3, String(heads.size))
  const last = await shown()
  for (let late = 0; late < HEADS_EVERY_MS + SAVE_EVERY_MS; late += SAVE_EVERY_MS) {
    while (clock.sleeping === 0) await turn()
    clock.step(SAVE_EVERY_MS)
    await turn()
    if ((await shown()).gen > last.gen) break
  }
  while ((await shown()).gen === last.gen) await turn()
  const after = await shown()
  assert.equal(after.gen, last.gen + 1)
  assert.ok(!heads.has(after.headsBlob))
  await keeper.close()
  await profile.close()
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBlobStore } from './blob-store.ts'
import { createMemoryMedium } from './memory.ts'
import type { MemoryOptions } from './memory.ts'
import { blobStoreSuite } from './suite.ts'
import type { MediumUnderTest } from './suite.ts'
import { readingSuite } from './suite/reading.ts'
import { casesInSuite, numbersOf } from './testing/case-table.ts'

async function memoryUnderTest(options: MemoryOptions): Promise<MediumUnderTest> {
  const medium = createMemoryMedium(options)
  return {
    connect: async () => createBlobStore(medium),
    damage: async (name, change) => {
      medium.damage(name, change)
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

const cases = await blobStoreSuite('memory', () => memoryUnderTest({}))
for (const { name, run } of cases) test(name, run)

const small = { maxBlobBytes: 1024 * 1024, quotaBytes: 4 * 1024 * 1024 }
const smallCases = await blobStoreSuite('small memory', () => memoryUnderTest(small))
for (const { name, run } of smallCases) test(name, run)

for (const { name, run } of readingSuite('memory, only read', async () => {
  const medium = await memoryUnderTest({})
  return {
    ...medium,
    headName: 'head',
    async keep(head, blobs) {
      const store = await medium.connect()
      const save = { blobs, head: { name: 'head', bytes: head, expected: undefined }, drop: [] }
      assert.equal(await store.flush(save), 'ok')
    },
  }
}))
  test(name, run)

test('memory: the cases that docs/media-cases.md marks are in its suites', () => {
  assert.deepEqual(numbersOf([...cases, ...smallCases]), casesInSuite('memory', 1, 30))
})

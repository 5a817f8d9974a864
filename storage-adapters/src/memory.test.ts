import { test } from 'node:test'
import { createBlobStore } from './blob-store.ts'
import { createMemoryMedium } from './memory.ts'
import type { MemoryOptions } from './memory.ts'
import { blobStoreSuite } from './suite.ts'
import type { MediumUnderTest } from './suite.ts'

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

for (const { name, run } of await blobStoreSuite('memory', () => memoryUnderTest({}))) test(name, run)

const small = { maxBlobBytes: 1024 * 1024, quotaBytes: 4 * 1024 * 1024 }
for (const { name, run } of await blobStoreSuite('small memory', () => memoryUnderTest(small))) test(name, run)

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectFolder, foundFolder } from './folder.ts'
import { blobStoreSuite } from './suite.ts'
import type { MediumUnderTest } from './suite.ts'

/** `synced`: with the mark of a sync program in it, so that it is opened without compare-and-swap. */
async function folderUnderTest(kind: 'local' | 'synced'): Promise<MediumUnderTest> {
  const path = await mkdtemp(join(tmpdir(), 'cloudos-folder-'))
  if (kind === 'synced') await mkdir(join(path, '.stfolder'))
  await foundFolder(path)
  return {
    connect: () => connectFolder(path, 'disk'),
    damage: async (name, change) => writeFile(join(path, name), change(await readFile(join(path, name)))),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  }
}

for (const { name, run } of await blobStoreSuite('folder', () => folderUnderTest('local'))) test(name, run)
for (const { name, run } of await blobStoreSuite('synced folder', () => folderUnderTest('synced'))) test(name, run)

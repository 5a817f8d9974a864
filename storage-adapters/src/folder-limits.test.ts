import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { test } from 'node:test'
import { utf8 } from '@cloudos/protocol/bytes'
import { connectFolder, foundFolder } from './folder.ts'
import { createSeededRng } from './seeded-rng.ts'
import { blobStoreSuite } from './suite.ts'
import type { MediumUnderTest } from './suite.ts'
import { expectFault, expectHead, setHead, storeBlob } from './suite/expect.ts'
import { reporting } from './system-error.ts'
import { casesInSuite, numbersOf } from './testing/case-table.ts'
import { createTemporaryFolder } from './testing/temporary-folder.ts'

const canMount = process.platform === 'linux' && process.getuid?.() === 0
const skip = canMount ? false : 'only root on Linux can mount a small disk'

/** A disk of its own, 32 MiB large. */
async function mountSmallDisk() {
  const folder = await createTemporaryFolder()
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', folder.path])
  await foundFolder(folder.path)
  return {
    path: folder.path,
    makeReadOnly: () => execFileSync('mount', ['-o', 'remount,ro', folder.path]),
    async [Symbol.asyncDispose]() {
      execFileSync('umount', [folder.path])
      await folder[Symbol.asyncDispose]()
    },
  }
}

async function smallDiskUnderTest(): Promise<MediumUnderTest> {
  const disk = await mountSmallDisk()
  return {
    connect: () => connectFolder(disk.path, 'disk'),
    async damage(name, change) {
      const file = join(disk.path, name)
      await writeFile(file, change(await readFile(file)))
    },
    [Symbol.asyncDispose]: () => disk[Symbol.asyncDispose](),
  }
}

if (canMount) {
  const cases = await blobStoreSuite('small disk', smallDiskUnderTest)
  for (const { name, run } of cases) test(name, run)
  test('small disk: the cases that docs/media-cases.md marks are in its suite', () => {
    assert.deepEqual(numbersOf(cases), casesInSuite('folder', 1, 30))
  })
}

test(
  'a full disk refuses heads too, is still read and opened, holds no debris, and takes more after a deletion',
  { skip },
  async () => {
    await using disk = await mountSmallDisk()
    await using store = await connectFolder(disk.path, 'disk')
    await setHead(store, 'head', utf8('one'))
    const { version } = await expectHead(store, 'head', utf8('one'))
    const blob = await storeBlob(store, utf8('a blob'))
    await assert.rejects(writeFile(join(disk.path, 'ballast'), createSeededRng(1).bytes(33 * 1024 * 1024)), {
      code: 'ENOSPC',
    })
    await expectFault('medium-full', store.casHead('head', utf8('two'), version))
    await expectFault('medium-full', store.putBlob(utf8('another')))
    assert.deepEqual(await readdir(join(disk.path, 'tmp')), [])
    await using reopened = await connectFolder(disk.path, 'disk')
    await expectHead(reopened, 'head', utf8('one'))
    await reopened.delete('b/' + blob)
    await setHead(reopened, 'head', utf8('two'))
  },
)

test('a read-only disk can be opened and read, and every write says that it is forbidden', { skip }, async () => {
  await using disk = await mountSmallDisk()
  {
    await using store = await connectFolder(disk.path, 'disk')
    await setHead(store, 'head', utf8('one'))
  }
  disk.makeReadOnly()
  await using store = await connectFolder(disk.path, 'disk')
  const { version } = await expectHead(store, 'head', utf8('one'))
  await expectFault('medium-forbidden', store.casHead('head', utf8('two'), version))
  await expectFault('medium-forbidden', store.putBlob(utf8('a blob')))
  await expectFault('medium-forbidden', store.delete('h/head'))
  await expectFault('medium-forbidden', foundFolder(join(disk.path, 'b')))
})

test('what the operating system reports becomes the fault it means, and a bug stays a bug', async () => {
  const systemError = (code: string) => Promise.reject(Object.assign(new Error(code), { code }))
  for (const [code, fault] of [
    ['ENOSPC', 'medium-full'],
    ['EDQUOT', 'medium-full'],
    ['EACCES', 'medium-forbidden'],
    ['EROFS', 'medium-forbidden'],
    ['ENOENT', 'medium-gone'],
    ['ESTALE', 'medium-gone'],
    ['ETIMEDOUT', 'medium-unreachable'],
    ['EIO', 'medium-failed'],
  ] as const)
    await expectFault(fault, reporting(systemError(code)))
  await assert.rejects(reporting(systemError('ERR_INVALID_ARG_TYPE')), { code: 'ERR_INVALID_ARG_TYPE' })
  await assert.rejects(reporting(Promise.reject(new TypeError('a bug'))), TypeError)
})

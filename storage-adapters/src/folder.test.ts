import assert from 'node:assert/strict'
import { access, mkdir, readdir, readFile, rename, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { utf8 } from '@cloudos/protocol/bytes'
import { connectFolder, foundFolder } from './folder.ts'
import { blobStoreSuite } from './suite.ts'
import type { MediumUnderTest } from './suite.ts'
import { expectHead, listed, setHead, storeBlob } from './suite/expect.ts'
import { casesInSuite, numbersOf } from './testing/case-table.ts'
import { createTemporaryFolder, foundTemporaryFolder } from './testing/temporary-folder.ts'

/** `synced`: with the mark of a sync program in it, so that it is opened without compare-and-swap. */
async function folderUnderTest(kind: 'local' | 'synced'): Promise<MediumUnderTest> {
  const folder = await foundTemporaryFolder()
  if (kind === 'synced') await mkdir(join(folder.path, '.stfolder'))
  return {
    connect: () => connectFolder(folder.path, 'disk'),
    async damage(name, change) {
      const file = join(folder.path, name)
      await writeFile(file, change(await readFile(file)))
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

const cases = await blobStoreSuite('folder', () => folderUnderTest('local'))
for (const { name, run } of cases) test(name, run)
const syncedCases = await blobStoreSuite('synced folder', () => folderUnderTest('synced'))
for (const { name, run } of syncedCases) test(name, run)

test('folders: the cases that docs/media-cases.md marks are in their suites', () => {
  // A disk of its own, which can be filled: folder-limits.test.ts.
  const SMALL_DISK = 14
  assert.deepEqual(numbersOf([...cases, { number: SMALL_DISK }]), casesInSuite('folder', 1, 30))
  assert.deepEqual(numbersOf(syncedCases), casesInSuite('synced folder', 1, 30))
})

test('a local disk compares and swaps; a folder that a sync program copies does not', async () => {
  await using folder = await foundTemporaryFolder()
  assert.equal((await connectFolder(folder.path, 'disk')).capabilities.cas, true)
  await mkdir(join(folder.path, 'Dropbox', 'cloudos'), { recursive: true })
  await foundFolder(join(folder.path, 'Dropbox', 'cloudos'))
  assert.equal((await connectFolder(join(folder.path, 'Dropbox', 'cloudos'), 'disk')).capabilities.cas, false)
  await writeFile(join(folder.path, '.stignore'), '')
  assert.equal((await connectFolder(folder.path, 'disk')).capabilities.cas, false)
})

test('founding a medium again changes nothing in it', async () => {
  await using folder = await foundTemporaryFolder()
  await using store = await connectFolder(folder.path, 'disk')
  await setHead(store, 'head', utf8('one'))
  await foundFolder(folder.path)
  await expectHead(store, 'head', utf8('one'))
})

test('foreign files, conflict copies and leftovers of killed writers are passed over', async () => {
  await using folder = await foundTemporaryFolder()
  await using store = await connectFolder(folder.path, 'disk')
  await setHead(store, 'head', utf8('one'))
  const blob = await storeBlob(store, utf8('a blob'))
  const at = (...names: string[]) => join(folder.path, ...names)
  const generation = at('h', 'head', '000000000001')
  const [record = ''] = await readdir(generation)
  for (const file of [
    at('.DS_Store'),
    at('h', 'desktop.ini'),
    at('h', 'notes'),
    at('h', 'head', '000000000002.sync-conflict-20260101-120000-ABCDEF'),
    at('h', 'head', '000000000009'),
    join(generation, `${record}.sync-conflict-20260101-120000-ABCDEF`),
    join(generation, `${record.slice(0, 40)} (conflicted copy)`),
    join(generation, '0'.repeat(64)),
    at('b', `${blob}.sync-conflict-20260101-120000-ABCDEF`),
    at('b', blob.toUpperCase()),
    at('b', '.syncthing.partial.tmp'),
    at('tmp', '~killed.tmp'),
  ])
    await writeFile(file, 'not ours')
  await mkdir(at('h', 'photos', '2026'), { recursive: true })
  await mkdir(join(generation, '1'.repeat(64)))

  assert.equal(await listed(store, ''), `b/${blob} h/head`)
  await expectHead(store, 'head', utf8('one'))
  await setHead(store, 'head', utf8('two'))
  await using reopened = await connectFolder(folder.path, 'disk')
  await expectHead(reopened, 'head', utf8('two'))
})

test('a head torn by a power cut reads as the one before it, and the next write goes on', async () => {
  await using folder = await foundTemporaryFolder()
  await using store = await connectFolder(folder.path, 'disk')
  await setHead(store, 'head', utf8('one'))
  const before = await expectHead(store, 'head', utf8('one'))
  await setHead(store, 'head', utf8('two'))
  const generation = join(folder.path, 'h', 'head', '000000000002')
  const [record = ''] = await readdir(generation)
  await truncate(join(generation, record), 20)
  await expectHead(store, 'head', utf8('one'))
  assert.equal(await store.casHead('head', utf8('stale'), before.version), 'conflict')
  await setHead(store, 'head', utf8('three'))
  await expectHead(store, 'head', utf8('three'))
})

test('what killed writers left unpublished is cleared once it is a day old, and not before', async () => {
  await using folder = await foundTemporaryFolder()
  const old = join(folder.path, 'tmp', '~old.tmp')
  const oldDirectory = join(folder.path, 'tmp', '~old-directory.tmp')
  const fresh = join(folder.path, 'tmp', '~fresh.tmp')
  await writeFile(old, 'old')
  await mkdir(oldDirectory)
  await writeFile(join(oldDirectory, 'record'), 'old')
  await writeFile(fresh, 'fresh')
  for (const path of [old, oldDirectory]) await utimes(path, 1, 1)
  await using store = await connectFolder(folder.path, 'disk')
  assert.deepEqual(await readdir(join(folder.path, 'tmp')), ['~fresh.tmp'])
  assert.equal(await listed(store, ''), '')
})

test('a folder that is no medium, or not there, is gone and is not made one by connecting', async () => {
  await using folder = await createTemporaryFolder()
  await assert.rejects(connectFolder(folder.path, 'disk'), { code: 'medium-gone' })
  assert.deepEqual(await readdir(folder.path), [])
  await assert.rejects(connectFolder(join(folder.path, 'missing'), 'disk'), { code: 'medium-gone' })
  await assert.rejects(foundFolder(join(folder.path, 'missing')), { code: 'medium-gone' })
})

test('a disk taken away is gone for every operation, and its empty mount point is left empty', async () => {
  await using folder = await foundTemporaryFolder()
  await using store = await connectFolder(folder.path, 'disk')
  await setHead(store, 'head', utf8('one'))
  const { version } = await expectHead(store, 'head', utf8('one'))
  const blob = await storeBlob(store, utf8('a blob'))
  await rename(folder.path, folder.path + '-elsewhere')
  await mkdir(folder.path)
  for (const work of [
    () => store.readHead('head'),
    () => store.readHead('other'),
    () => store.casHead('head', utf8('two'), undefined),
    () => store.casHead('head', utf8('two'), version),
    () => store.putBlob(utf8('another')),
    () => store.getBlob(blob),
    () => listed(store, ''),
  ])
    await assert.rejects(work, { code: 'medium-gone' })
  assert.deepEqual(await readdir(folder.path), [])
  await rename(folder.path + '-elsewhere', folder.path)
  await expectHead(store, 'head', utf8('one'))
})

test('a write that was refused leaves no file behind', async () => {
  await using folder = await foundTemporaryFolder()
  await using store = await connectFolder(folder.path, 'disk')
  await setHead(store, 'head', utf8('one'))
  assert.equal(await store.casHead('head', utf8('two'), undefined), 'conflict')
  await assert.rejects(store.putBlob(utf8('cut short'), AbortSignal.abort()))
  assert.deepEqual(await readdir(join(folder.path, 'tmp')), [])
  await access(join(folder.path, 'h', 'head', '000000000001'))
})

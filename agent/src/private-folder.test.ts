import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { makeFolder, makeFolderAmongStrangers } from './private-folder.ts'

function parentFor(t: TestContext): string {
  const parent = mkdtempSync(join(tmpdir(), 'cloudos-folder-'))
  t.after(() => {
    rmSync(parent, { recursive: true })
  })
  return parent
}

test('every folder on the way is made for its owner alone, and making it again is harmless', (t) => {
  const parent = parentFor(t)
  makeFolder(join(parent, 'a', 'b'))
  makeFolder(join(parent, 'a', 'b'))
  for (const folder of ['a', join('a', 'b')]) assert.equal(statSync(join(parent, folder)).mode & 0o777, 0o700)
})

test('a place where no folder can be is an error, not a wait', (t) => {
  const file = join(parentFor(t), 'file')
  writeFileSync(file, '')
  assert.throws(() => {
    makeFolder(file)
  })
  assert.throws(() => {
    makeFolder(join(file, 'below'))
  })
  if (process.platform === 'linux')
    assert.throws(() => {
      makeFolder('/proc/cloudos')
    })
})

test('a folder of ours that others may enter is closed to them', (t) => {
  const folder = join(parentFor(t), 'run')
  mkdirSync(folder)
  chmodSync(folder, 0o777)
  makeFolderAmongStrangers(folder)
  assert.equal(statSync(folder).mode & 0o777, 0o700)
})

test('a link that leads elsewhere is not taken for our folder', (t) => {
  const parent = parentFor(t)
  mkdirSync(join(parent, 'elsewhere'))
  symlinkSync(join(parent, 'elsewhere'), join(parent, 'run'))
  assert.throws(
    () => {
      makeFolderAmongStrangers(join(parent, 'run'))
    },
    { code: 'run-folder-unsafe' },
  )
})

const isRoot = process.getuid?.() === 0
test(
  'a folder that somebody else made first is refused',
  { skip: !isRoot && 'only root can give a folder away' },
  (t) => {
    const folder = join(parentFor(t), 'run')
    mkdirSync(folder)
    chownSync(folder, 65534, 65534)
    assert.throws(
      () => {
        makeFolderAmongStrangers(folder)
      },
      { code: 'run-folder-unsafe' },
    )
  },
)

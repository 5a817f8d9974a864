import assert from 'node:assert/strict'
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { utf8 } from '@cloudos/protocol/bytes'
import { createDisk } from './disk.ts'

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'cloudos-disk-'))
  t.after(() => {
    rmSync(folder, { recursive: true })
  })
  return join(folder, 'docs')
}

test('what is appended is read back in order, also after the file was opened again', async (t) => {
  const folder = folderFor(t)
  const file = await createDisk(folder).openAppend('a.log')
  file.append(utf8('one '))
  file.append(utf8('two'))
  await file.sync()
  assert.deepEqual(await file.read(4, 3), utf8('two'))
  await file.close()
  const again = await createDisk(folder).openAppend('a.log')
  assert.equal(again.sizeBytes, 7)
  again.append(utf8('!'))
  assert.deepEqual(await again.read(0, 100), utf8('one two!'))
  await again.close()
})

test('a read past the end gives what there is', async (t) => {
  const file = await createDisk(folderFor(t)).openAppend('a.log')
  file.append(utf8('abc'))
  assert.deepEqual(await file.read(2, 10), utf8('c'))
  assert.deepEqual(await file.read(3, 10), new Uint8Array())
  await file.close()
})

test('after a cut the next bytes stand at the cut', async (t) => {
  const folder = folderFor(t)
  const file = await createDisk(folder).openAppend('a.log')
  file.append(utf8('keep torn'))
  await file.truncate(5)
  file.append(utf8('new'))
  await file.close()
  assert.equal(readFileSync(join(folder, 'a.log'), 'utf8'), 'keep new')
})

test('closing twice is harmless', async (t) => {
  const file = await createDisk(folderFor(t)).openAppend('a.log')
  await file.close()
  await file.close()
})

test('whole files are replaced at once, and absent ones are absent', async (t) => {
  const disk = createDisk(folderFor(t))
  assert.equal(await disk.readFile('mark'), undefined)
  await Promise.all([disk.writeFile('mark', utf8('a')), disk.writeFile('mark', utf8('b'))])
  assert.equal((await disk.readFile('mark'))?.length, 1)
  await disk.writeFile('mark', utf8('c'))
  assert.deepEqual(await disk.readFile('mark'), utf8('c'))
  await disk.remove('mark')
  await disk.remove('mark')
  assert.equal(await disk.readFile('mark'), undefined)
})

test('files that a crash left half written are not listed', async (t) => {
  const folder = folderFor(t)
  const disk = createDisk(folder)
  await disk.writeFile('whole', utf8('x'))
  writeFileSync(join(folder, 'mark.1.half-written'), 'x')
  assert.deepEqual(await disk.list(), ['whole'])
})

test('everything is readable by its owner alone', async (t) => {
  const folder = folderFor(t)
  const disk = createDisk(folder)
  await disk.writeFile('mark', utf8('x'))
  await (await disk.openAppend('a.log')).close()
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  for (const name of ['mark', 'a.log']) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600)
})

test('a path is never taken for a name', async (t) => {
  const disk = createDisk(folderFor(t))
  for (const name of ['', '.', '..', '../x', 'a/b', 'a\\b', '/etc/passwd', 'a\0b', '.hidden', 'x'.repeat(201)])
    await assert.rejects(async () => disk.readFile(name), RangeError)
})

test('a file has another identity once it is a copy, and the same while it only grows', async (t) => {
  const folder = folderFor(t)
  const disk = createDisk(folder)
  const file = await disk.openAppend('a.log')
  const before = await disk.identity('a.log')
  file.append(utf8('more'))
  assert.equal(await disk.identity('a.log'), before)
  copyFileSync(join(folder, 'a.log'), join(folder, 'b.log'))
  assert.notEqual(await disk.identity('b.log'), before)
  linkSync(join(folder, 'a.log'), join(folder, 'c.log'))
  assert.equal(await disk.identity('c.log'), before)
  await file.close()
})

test(
  'a full disk is said to be full, and the size tells how much of the write got through',
  { skip: !existsSync('/dev/full') && 'no /dev/full here' },
  async (t) => {
    const folder = folderFor(t)
    const disk = createDisk(folder)
    symlinkSync('/dev/full', join(folder, 'full.log'))
    const file = await disk.openAppend('full.log')
    assert.throws(
      () => {
        file.append(utf8('x'))
      },
      { code: 'disk-full' },
    )
    assert.equal(file.sizeBytes, 0)
    await file.close()
  },
)

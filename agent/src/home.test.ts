import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { openHome } from './home.ts'

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'cloudos-home-'))
  t.after(() => {
    rmSync(folder, { recursive: true })
  })
  return join(folder, 'deep', 'home')
}

test('a home is made where there is none, for its owner alone', (t) => {
  const folder = folderFor(t)
  using home = openHome(folder)
  assert.equal(home.path('x'), join(folder, 'x'))
  assert.equal(statSync(folder).mode & 0o777, 0o700)
})

test('a home that others could read is closed to them', (t) => {
  const folder = folderFor(t)
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  using home = openHome(folder)
  assert.equal(statSync(home.folder).mode & 0o777, 0o700)
})

test('a second agent is refused, told who is there and where its page is', (t) => {
  const folder = folderFor(t)
  using home = openHome(folder)
  home.noteAddress('http://localhost:7420')
  assert.throws(
    () => openHome(folder),
    (cause) =>
      cause instanceof CloudError &&
      cause.code === 'already-running' &&
      cause.message.includes(String(process.pid)) &&
      cause.message.includes('http://localhost:7420'),
  )
})

test('a home is free again when its agent has let it go, and letting go twice is harmless', (t) => {
  const folder = folderFor(t)
  const home = openHome(folder)
  home[Symbol.dispose]()
  home[Symbol.dispose]()
  openHome(folder)[Symbol.dispose]()
})

test('a home is free as soon as its agent has been killed', async (t) => {
  const folder = folderFor(t)
  const holder = `import { openHome } from ${JSON.stringify(import.meta.resolve('./home.ts'))}
    openHome(process.argv[1]); console.log('held'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', holder, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  await new Promise((resolve) => child.stdout.once('data', resolve))
  assert.throws(() => openHome(folder), { code: 'already-running' })
  child.kill('SIGKILL')
  await new Promise((resolve) => child.once('exit', resolve))
  openHome(folder)[Symbol.dispose]()
})

test('a copy of a home that is in use can be used', (t) => {
  const folder = folderFor(t)
  using home = openHome(folder)
  const copy = folder + '-copy'
  cpSync(home.folder, copy, { recursive: true })
  openHome(copy)[Symbol.dispose]()
})

test('a path that cannot be a folder is refused as not writable', (t) => {
  const folder = folderFor(t)
  mkdirSync(join(folder, '..'), { recursive: true })
  writeFileSync(folder, 'a file')
  assert.throws(() => openHome(folder), { code: 'not-writable' })
  assert.throws(() => openHome(join(folder, 'below')), { code: 'not-writable' })
  assert.throws(() => openHome('/proc/cloudos'), { code: 'not-writable' })
})

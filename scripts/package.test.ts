import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { test } from 'node:test'
import { agent, buildStale, command, page } from './build.ts'
import { packInto } from './package.ts'

test('packed and installed without a network, cloudos starts, answers, serves its page and stops', async (t) => {
  await buildStale([page, agent, command])
  const folder = mkdtempSync(join(tmpdir(), 'cloudos-package-'))
  const env = {
    // The user's own Node 24, and npm wherever it is.
    PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
    HOME: folder,
    CLOUDOS_HOME: join(folder, 'home'),
    CLOUDOS_NO_OPEN: '1',
    XDG_RUNTIME_DIR: folder,
    npm_config_cache: join(folder, 'cache'),
    npm_config_registry: 'http://127.0.0.1:9',
  }
  const prefix = join(folder, 'prefix')
  const run = (file: string, ...args: readonly string[]) =>
    spawnSync(file, args, { env, cwd: folder, encoding: 'utf8' })
  const cloudos = (...args: readonly string[]) => run(join(prefix, 'bin', 'cloudos'), ...args)
  t.after(() => {
    cloudos('down')
    rmSync(folder, { recursive: true, maxRetries: 3 })
  })
  const tarball = packInto(join(folder, 'packed'))
  const installed = run(
    'npm',
    'install',
    '--global',
    '--offline',
    '--no-audit',
    '--no-fund',
    '--prefix',
    prefix,
    tarball,
  )
  assert.equal(installed.status, 0, installed.stderr)
  const inside = join(prefix, 'lib/node_modules/cloudos')
  assert.deepEqual(globSync('**/*.ts', { cwd: inside }), [])
  assert.ok(readFileSync(join(inside, 'page/index.html'), 'utf8').includes('<script'))

  assert.match(cloudos('version').stdout, /^CloudOS 0\.1\.0 \(Node 24\./)
  const up = cloudos('up')
  assert.equal(up.status, 0, up.stderr)
  const status = cloudos('status', '--json')
  const address = /"page":"(http:\/\/localhost:\d+)"/.exec(status.stdout)?.[1] ?? ''
  const answer = await fetch(address)
  assert.match(await answer.text(), /<script/)
  const down = cloudos('down')
  assert.equal(down.stdout, 'CloudOS has stopped. Everything is saved.\n')
})

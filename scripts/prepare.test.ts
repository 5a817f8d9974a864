import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { test } from 'node:test'

const lockedNode = { version: '24.21.0', bin: { node: 'bin/node' }, os: [process.platform], cpu: [process.arch] }

interface Clone extends Disposable {
  readonly folder: string
  readonly wasInstalled: () => boolean
  readonly prepare: (npmStatus?: number) => { readonly status: number | null; readonly said: string }
}

/** A clone with the real prepare.mjs, an npm that only writes down what it was asked, and `node` at a version of our choosing. */
function createClone(wanted: object, installed: object | undefined, scriptNode: string): Clone {
  const folder = mkdtempSync(join(tmpdir(), 'cloudos-prepare-'))
  const write = (file: string, text: string) => {
    mkdirSync(join(folder, file, '..'), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  mkdirSync(join(folder, 'scripts'))
  copyFileSync(join(import.meta.dirname, 'prepare.mjs'), join(folder, 'scripts/prepare.mjs'))
  write('package-lock.json', JSON.stringify({ packages: { '': { name: 'cloudos' }, ...wanted } }))
  if (installed) write('node_modules/.package-lock.json', JSON.stringify({ packages: installed }))
  write(
    'npm.mjs',
    `import { writeFileSync } from 'node:fs'; writeFileSync('asked', process.argv.slice(2).join(' ')); process.exit(+process.env.NPM_STATUS)`,
  )
  write('bin/node', `#!/bin/sh\necho '{"version":"${scriptNode}","path":"${folder}/bin/node"}'\n`)
  chmodSync(join(folder, 'bin/node'), 0o755)
  return {
    folder,
    wasInstalled: () =>
      existsSync(join(folder, 'asked')) && readFileSync(join(folder, 'asked'), 'utf8').startsWith('ci '),
    prepare: (npmStatus = 0) => {
      const env = {
        PATH: [join(folder, 'bin'), process.env['PATH']].join(delimiter),
        npm_execpath: join(folder, 'npm.mjs'),
        npm_node_execpath: process.execPath,
        NPM_STATUS: String(npmStatus),
      }
      const { status, stderr } = spawnSync(process.execPath, ['scripts/prepare.mjs'], {
        cwd: folder,
        env,
        encoding: 'utf8',
      })
      return { status, said: stderr }
    },
    [Symbol.dispose]: () => {
      rmSync(folder, { recursive: true })
    },
  }
}

const yjs = { 'node_modules/yjs': { version: '13.6.33', integrity: 'sha512-a' } }

test('an installation that matches the lockfile is left alone', () => {
  using clone = createClone(yjs, yjs, '24.21.0')
  assert.equal(clone.prepare().status, 0)
  assert.equal(clone.wasInstalled(), false)
})

test('a fresh clone is installed from the lockfile', () => {
  using clone = createClone(yjs, undefined, '24.21.0')
  assert.equal(clone.prepare().status, 0)
  assert.equal(clone.wasInstalled(), true)
})

for (const [change, installed] of Object.entries({
  'another version': { 'node_modules/yjs': { version: '13.6.32', integrity: 'sha512-a' } },
  'other bytes under the same version': { 'node_modules/yjs': { version: '13.6.33', integrity: 'sha512-b' } },
  'a package the lockfile does not know': { ...yjs, 'node_modules/left': { version: '1.0.0' } },
})) {
  test(`${change} in node_modules is installed anew`, () => {
    using clone = createClone(yjs, installed, '24.21.0')
    assert.equal(clone.prepare().status, 0)
    assert.equal(clone.wasInstalled(), true)
  })
}

test('an optional package of another platform may be absent, the Node of this one may not', () => {
  const elsewhere = { 'node_modules/fsevents': { version: '2.3.3', optional: true, os: ['elsewhere'] } }
  using complete = createClone({ ...yjs, ...elsewhere }, yjs, '24.21.0')
  complete.prepare()
  assert.equal(complete.wasInstalled(), false)
  using torn = createClone({ ...yjs, 'node_modules/node-here': { ...lockedNode, optional: true } }, yjs, '24.21.0')
  torn.prepare()
  assert.equal(torn.wasInstalled(), true)
})

test('an npm that fails stops the script before anything else runs', () => {
  using clone = createClone(yjs, undefined, '24.21.0')
  assert.equal(clone.prepare(1).status, 1)
})

test('too old a Node is named with its version, its place and two ways out', () => {
  for (const version of ['18.20.0', '20.20.2', '24.11.9']) {
    using clone = createClone(yjs, undefined, version)
    const { status, said } = clone.prepare()
    assert.equal(status, 1)
    for (const part of [version, join(clone.folder, 'bin/node'), '1. ', '2. ']) assert.ok(said.includes(part), said)
  }
})

test('Node 24.12 and everything after it is welcome', () => {
  for (const version of ['24.12.0', '25.0.0', '26.10.0']) {
    using clone = createClone(yjs, undefined, version)
    assert.equal(clone.prepare().status, 0)
  }
})

test('a Node that does not run on this machine is said to be so', () => {
  using clone = createClone(yjs, undefined, '24.21.0')
  writeFileSync(join(clone.folder, 'bin/node'), '#!/bin/sh\nexit 127\n')
  const { status, said } = clone.prepare()
  assert.equal(status, 1)
  assert.match(said, /does not run/)
})

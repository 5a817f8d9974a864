import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { test } from 'node:test'

const onThisMachine = { os: [process.platform], cpu: [process.arch] }
const lockedNode = {
  'node_modules/node-here': { ...onThisMachine, version: '24.21.0', optional: true, bin: { node: 'bin/node' } },
}

interface Clone extends Disposable {
  readonly folder: string
  /** The commands npm was given, in order. */
  readonly asked: () => readonly string[]
  readonly prepare: () => { readonly status: number | null; readonly said: string }
}

interface CloneParts {
  readonly wanted: object
  readonly installed?: object
  /** The version of the `node` that scripts find. */
  readonly scriptNode?: string
  /** What npm does, beyond writing down what it was asked. */
  readonly npm?: string
}

/** A clone with the real prepare.mjs, and an npm and a `node` of our choosing. */
function createClone({ wanted, installed, scriptNode = '24.21.0', npm = '' }: CloneParts): Clone {
  const folder = mkdtempSync(join(tmpdir(), 'cloudos-prepare-'))
  const write = (file: string, text: string) => {
    mkdirSync(join(folder, file, '..'), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  mkdirSync(join(folder, 'scripts'))
  copyFileSync(join(import.meta.dirname, 'prepare.mjs'), join(folder, 'scripts/prepare.mjs'))
  write('package-lock.json', JSON.stringify({ packages: { '': { name: 'cloudos' }, ...wanted } }))
  if (installed) write('node_modules/.package-lock.json', JSON.stringify({ packages: installed }))
  write('asked', '')
  write(
    'npm.mjs',
    `import fs from 'node:fs'; const command = process.argv[2]; fs.appendFileSync('asked', command + '\\n'); ${npm}`,
  )
  write('bin/node', `#!/bin/sh\necho '{"version":"${scriptNode}","path":"${folder}/bin/node"}'\n`)
  chmodSync(join(folder, 'bin/node'), 0o755)
  return {
    folder,
    asked: () => readFileSync(join(folder, 'asked'), 'utf8').split('\n').slice(0, -1),
    prepare: () => {
      const env = {
        PATH: [join(folder, 'bin'), process.env['PATH']].join(delimiter),
        npm_execpath: join(folder, 'npm.mjs'),
        npm_node_execpath: process.execPath,
      }
      const options = { cwd: folder, env, encoding: 'utf8' } as const
      const { status, stderr } = spawnSync(process.execPath, ['scripts/prepare.mjs'], options)
      return { status, said: stderr }
    },
    [Symbol.dispose]: () => {
      rmSync(folder, { recursive: true })
    },
  }
}

const yjs = { 'node_modules/yjs': { version: '13.6.33', integrity: 'sha512-a' } }

test('an installation that matches the lockfile is left alone', () => {
  using clone = createClone({ wanted: yjs, installed: yjs })
  assert.equal(clone.prepare().status, 0)
  assert.deepEqual(clone.asked(), [])
})

test('a fresh clone is installed from the lockfile', () => {
  using clone = createClone({ wanted: yjs })
  assert.equal(clone.prepare().status, 0)
  assert.deepEqual(clone.asked(), ['ci'])
})

for (const [change, installed] of Object.entries({
  'another version': { 'node_modules/yjs': { version: '13.6.32', integrity: 'sha512-a' } },
  'other bytes under the same version': { 'node_modules/yjs': { version: '13.6.33', integrity: 'sha512-b' } },
  'a package the lockfile does not know': { ...yjs, 'node_modules/left': { version: '1.0.0' } },
})) {
  test(`${change} in node_modules is installed anew`, () => {
    using clone = createClone({ wanted: yjs, installed })
    assert.equal(clone.prepare().status, 0)
    assert.deepEqual(clone.asked(), ['ci'])
  })
}

test('an optional package of another platform may be absent, the Node of this one may not', () => {
  const elsewhere = { 'node_modules/fsevents': { version: '2.3.3', optional: true, os: ['elsewhere'] } }
  using complete = createClone({ wanted: { ...yjs, ...elsewhere }, installed: yjs })
  complete.prepare()
  assert.deepEqual(complete.asked(), [])
  using torn = createClone({ wanted: { ...yjs, ...lockedNode }, installed: yjs })
  torn.prepare()
  assert.deepEqual(torn.asked(), ['ci'])
})

const installNode =
  "if (command === 'ci') { fs.mkdirSync('node_modules/node-here/bin', { recursive: true }); fs.symlinkSync(process.execPath, 'node_modules/node-here/bin/node') }"

test('the link to our Node is made again when npm lost it to the Node of another platform', () => {
  using clone = createClone({ wanted: lockedNode, npm: installNode })
  assert.equal(clone.prepare().status, 0)
  assert.deepEqual(clone.asked(), ['ci', 'rebuild'])
})

test('what npm left out on an old Node is installed on ours', () => {
  const bundler = {
    'node_modules/bundler-here': { ...onThisMachine, version: '1.2.19', optional: true, engines: { node: '>=20.19' } },
  }
  using clone = createClone({ wanted: { ...lockedNode, ...bundler }, npm: installNode })
  assert.equal(clone.prepare().status, 0)
  assert.deepEqual(clone.asked(), ['ci', 'rebuild', 'install', 'rebuild'])
})

test('an npm that fails stops the script before anything else runs', () => {
  using clone = createClone({ wanted: yjs, npm: 'process.exit(1)' })
  assert.equal(clone.prepare().status, 1)
})

test('too old a Node is named with its version, its place and two ways out', () => {
  for (const scriptNode of ['18.20.0', '20.20.2', '24.11.9']) {
    using clone = createClone({ wanted: yjs, scriptNode })
    const { status, said } = clone.prepare()
    assert.equal(status, 1)
    for (const part of [scriptNode, join(clone.folder, 'bin/node'), '1. ', '2. ']) assert.ok(said.includes(part), said)
  }
})

test('Node 24.12 and everything after it is welcome', () => {
  for (const scriptNode of ['24.12.0', '25.0.0', '26.10.0']) {
    using clone = createClone({ wanted: yjs, scriptNode })
    assert.equal(clone.prepare().status, 0)
  }
})

test('a Node that does not run on this machine is said to be so', () => {
  using clone = createClone({ wanted: yjs })
  writeFileSync(join(clone.folder, 'bin/node'), '#!/bin/sh\nexit 127\n')
  const { status, said } = clone.prepare()
  assert.equal(status, 1)
  assert.match(said, /does not run/)
})

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { test } from 'node:test'
import { findWrongArrows } from './architecture/arrows.ts'
import { findBadHabits } from './architecture/habits.ts'
import { findNotes } from './architecture/notes.ts'
import { findNodeInPage } from './architecture/reach.ts'
import { sourceFrom } from './architecture/source.ts'

const everyRoom = ['crypto', 'mesh', 'protocol', 'scheduler', 'storage-adapters', 'agent', 'control-plane', 'e2e']
const declared = {
  '': ['typescript'],
  ...Object.fromEntries(everyRoom.map((room) => [room, ['idb', 'ws', ...everyRoom.map((name) => `@cloudos/${name}`)]])),
}

function isArrowWrong(path: string, ...specifiers: readonly string[]): boolean {
  const source = sourceFrom(path, specifiers.map((specifier) => `import { x } from '${specifier}'`).join('\n'))
  return findWrongArrows([source], declared).length > 0
}

const right: readonly (readonly [string, ...string[]])[] = [
  ['crypto/src/hash.ts', '@cloudos/protocol/bytes'],
  ['crypto/src/hash.ts', '#native', './compare.ts'],
  ['mesh/src/replica.ts', '@cloudos/crypto/aead', '@cloudos/protocol/ids', 'idb'],
  ['agent/src/start-agent.ts', '@cloudos/mesh/replica', 'node:fs', 'ws'],
  ['agent/src/main.ts', '@cloudos/storage-adapters/folder'],
  ['control-plane/src/main.ts', '@cloudos/storage-adapters/indexeddb'],
  ['agent/src/start-agent.test.ts', '@cloudos/storage-adapters/memory'],
  ['protocol/src/cbor.test.ts', 'node:test'],
  ['e2e/src/story.test.ts', '@cloudos/agent/start-agent', '../../scripts/testing/chromium.ts'],
  ['scripts/check.ts', 'typescript', '@cloudos/agent/start-agent'],
]

const wrong: readonly (readonly [string, ...string[]])[] = [
  ['protocol/src/cbor.ts', '@cloudos/crypto/hash'],
  ['protocol/src/cbor.ts', 'node:buffer'],
  ['protocol/src/cbor.ts', 'idb'],
  ['scheduler/src/place.ts', '@cloudos/crypto/hash'],
  ['scheduler/src/place.ts', 'node:fs'],
  ['crypto/src/hash.ts', '@cloudos/mesh/replica'],
  ['storage-adapters/src/folder.ts', '@cloudos/crypto/hash'],
  ['storage-adapters/src/both.ts', 'idb', 'ws'],
  ['mesh/src/replica.ts', '@cloudos/storage-adapters/memory'],
  ['mesh/src/replica.test.ts', '@cloudos/agent/start-agent'],
  ['mesh/src/replica.ts', '../../crypto/src/aead.ts'],
  ['mesh/src/replica.ts', '@cloudos/mesh/frame-log'],
  ['agent/src/start-agent.ts', '@cloudos/storage-adapters/folder'],
  ['agent/src/start-agent.ts', '@cloudos/control-plane/state'],
  ['control-plane/src/App.svelte.ts', '@cloudos/agent/start-agent'],
  ['agent/src/start-agent.ts', '@cloudos/e2e/story'],
  ['agent/src/start-agent.ts', '../../scripts/build.ts'],
  ['agent/src/start-agent.ts', 'not-declared'],
  ['agent/src/start-agent.ts', 'typescript'],
  ['agent/src/start-agent.ts', '@solana/kit'],
]

for (const [path, ...specifiers] of right) {
  test(`${path} may import ${specifiers.join(' and ')}`, () => {
    assert.equal(isArrowWrong(path, ...specifiers), false)
  })
}

for (const [path, ...specifiers] of wrong) {
  test(`${path} may not import ${specifiers.join(' and ')}`, () => {
    assert.equal(isArrowWrong(path, ...specifiers), true)
  })
}

test('an arrow counts however it is written', () => {
  for (const code of [
    "import type { X } from '@cloudos/mesh/x'",
    "export { x } from '@cloudos/mesh/x'",
    "const x = await import('@cloudos/mesh/x')",
    "import '@cloudos/mesh/x'",
  ]) {
    const [finding] = findWrongArrows([sourceFrom('crypto/src/hash.ts', `\n${code}`)], declared)
    assert.equal(finding?.line, 2, code)
  }
})

test('an arrow in a component is found on its line', () => {
  const component = '<p>hi</p>\n<script lang="ts">\n  import { x } from \'@cloudos/agent/x\'\n</script>\n'
  const [finding] = findWrongArrows([sourceFrom('control-plane/src/Page.svelte', component)], declared)
  assert.equal(finding?.line, 3)
})

test('Node in what the page reaches is found through rooms and conditions', () => {
  const sources = [
    sourceFrom('control-plane/src/main.ts', "import '@cloudos/crypto/hash'"),
    sourceFrom('crypto/src/hash.ts', "import '#native'"),
    sourceFrom('crypto/src/native-node.ts', "import 'node:crypto'"),
    sourceFrom('crypto/src/native-portable.ts', "import './fallback.ts'"),
    sourceFrom('crypto/src/fallback.ts', "import 'node:buffer'"),
  ]
  const imports = { crypto: { '#native': './src/native-portable.ts' } }
  const findings = findNodeInPage(sources, imports, 'control-plane/src/main.ts')
  assert.deepEqual(
    findings.map(({ path }) => path),
    ['crypto/src/fallback.ts'],
  )
})

const bad: Readonly<Record<string, string>> = {
  'export *': "export * from './x.ts'",
  'a default export': 'export default function x() {}',
  'a default export by name': 'const x = 1\nexport { x as default }',
  'an own module mocked': "mock.module('./x.ts')",
  'another room mocked': "t.mock.module('@cloudos/crypto/hash')",
  'JSON.parse at large': 'export function readDevice(text: string) { return JSON.parse(text) }',
  'the environment': 'const home = process.env.HOME',
  'the environment by import': "import { env } from 'node:process'",
  'an exit': 'process.exit(1)',
}

const good: Readonly<Record<string, string>> = {
  'a named export': "export { x } from './x.ts'",
  'JSON.parse in a parser': 'export function parseDevice(text: string) { return JSON.parse(text) }',
  'JSON.parse in a decoding arrow': 'const decodeDevice = (text: string) => JSON.parse(text)',
  "another package's mock": "mock.module('ws')",
  'other parts of process': "import process from 'node:process'\nprocess.on('SIGTERM', stop)",
}

for (const [what, code] of Object.entries(bad)) {
  test(`${what} fails`, () => {
    assert.equal(findBadHabits(sourceFrom('agent/src/x.ts', code)).length, 1)
  })
}

for (const [what, code] of Object.entries(good)) {
  test(`${what} passes`, () => {
    assert.deepEqual(findBadHabits(sourceFrom('agent/src/x.ts', code)), [])
  })
}

test('the main.ts of a program reads the environment and exits', () => {
  const code = 'process.exit(process.env.X ? 1 : 0)'
  assert.deepEqual(findBadHabits(sourceFrom('agent/src/main.ts', code)), [])
  assert.deepEqual(findBadHabits(sourceFrom('agent/src/cli/main.ts', code)), [])
  assert.equal(findBadHabits(sourceFrom('agent/src/cli.ts', code)).length, 2)
})

test('drawers, barrels, twins, empty names and outsized files are noted', () => {
  const notes = findNotes([
    sourceFrom('agent/src/utils/time.ts', 'export const x = 1'),
    sourceFrom('agent/src/all.ts', "export { x } from './x.ts'"),
    sourceFrom('agent/src/device.ts', 'export interface Device {}\nexport class DeviceManager {}'),
    sourceFrom('mesh/src/device.ts', 'export type Device = string'),
    sourceFrom('mesh/src/long.ts', '\n'.repeat(301)),
  ])
  assert.deepEqual(
    notes.map(({ path }) => path),
    ['agent/src/utils/time.ts', 'agent/src/all.ts', 'agent/src/device.ts', 'mesh/src/long.ts', 'agent/src/device.ts'],
  )
})

test('the script ends with 1 over a tree with a planted wrong arrow, and with 0 without it', () => {
  const root = mkdtempSync(join(tmpdir(), 'cloudos-architecture-'))
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const check = () =>
    spawnSync(process.execPath, [join(import.meta.dirname, 'check-architecture.ts'), root], { encoding: 'utf8' })
  try {
    write('package.json', '{}')
    write('protocol/package.json', '{}')
    write('mesh/package.json', '{ "dependencies": { "@cloudos/protocol": "0.1.0" } }')
    write('protocol/src/ids.ts', 'export type Id = string')
    write('mesh/src/replica.ts', "import { type Id } from '@cloudos/protocol/ids'\nexport type Replica = Id")
    assert.equal(check().status, 0)
    write('protocol/src/planted.ts', "export { type Replica } from '@cloudos/mesh/replica'")
    const { status, stdout } = check()
    assert.equal(status, 1)
    assert.ok(stdout.includes('protocol/src/planted.ts:1'))
    rmSync(join(root, 'protocol/src/planted.ts'))
    write('helpers/src/x.ts', '')
    assert.equal(check().status, 1)
  } finally {
    rmSync(root, { recursive: true })
  }
})

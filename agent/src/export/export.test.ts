import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import * as Y from 'yjs'
import { docIdFrom } from '@cloudos/crypto/derive'
import { nameDevice } from '@cloudos/mesh/profile-doc/device-names'
import { openProfileDoc } from '@cloudos/mesh/profile-doc/profile-doc'
import type { AuditEntry } from '@cloudos/protocol/audit'
import { sayAuditEntry } from '@cloudos/protocol/audit-line'
import { hexFromBytes, utf8 } from '@cloudos/protocol/bytes'
import { NO_HASH } from '@cloudos/protocol/ids'
import { house, NOW_MS } from '../testing/protected-house.ts'
import { folderFor } from '../testing/run-agent.ts'
import { decisionsIn } from './decisions-in.ts'
import { sendPieces } from './export-pieces.ts'
import { profileLines } from './profile-lines.ts'

const READER = join(import.meta.dirname, '../../../docs/read-export.mjs')

test('an export brings every document back, and the 60-line reader of the docs reads it', async (t) => {
  const { file, folder, notesId, home } = await exported(t)
  const said = read(file, folder)
  assert.equal(said.status, 0, said.stderr)
  const summary = JSON.parse(said.stdout) as Readonly<Record<string, unknown>>
  const entry = home.profiles[0]?.authority.entries().size
  assert.deepEqual(summary['counts'], { export: 1, device: 2, way: 1, entry, document: 2, decision: 1 })
  assert.deepEqual(JSON.parse(readFileSync(join(folder, `${notesId}.json`), 'utf8')), {
    text: 'Milk, bread',
    lines: [{ done: true }],
  })
  const back = new Y.Doc()
  Y.applyUpdate(back, readFileSync(join(folder, `${notesId}.yjs`)))
  assert.equal(back.getText('text').toJSON(), 'Milk, bread')
  const names = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"kind":"device"'))
  assert.ok(names.some((line) => line.includes('The attic')))
})

test('no key of the profile or of a device is in an export, however it is spelled', async (t) => {
  const { file, home } = await exported(t)
  const text = readFileSync(file)
  const { rootSeed, keyByEpoch } = home.founded
  for (const secret of [rootSeed, ...keyByEpoch.values()]) {
    const bytes = Buffer.from(secret)
    for (const spelling of [
      bytes,
      bytes.toString('base64').replace(/=+$/, ''),
      bytes.toString('base64url'),
      hexFromBytes(secret),
    ])
      assert.equal(text.indexOf(spelling), -1)
  }
  assert.equal(text.indexOf(Buffer.from(home.ways.sealedVault).toString('base64url').slice(0, 40)), -1)
})

test('an export that was cut off, changed, or is something else is told by its reader', async (t) => {
  const { file, folder } = await exported(t)
  const text = readFileSync(file, 'utf8')
  const lines = text.trimEnd().split('\n')
  const spoiled: readonly (readonly [string, RegExp])[] = [
    [`${lines.slice(0, -1).join('\n')}\n`, /cut off/],
    [text.slice(0, -20), /cut off/],
    [text.replace('Milk', 'Mild'), /changed/],
    [lines.filter((_, index) => index !== 2).join('\n'), /lost lines/],
    ['{"kind":"other"}\n', /no export/],
    [text.replace('"version":1', '"version":2'), /newer/],
  ]
  for (const [content, words] of spoiled) {
    writeFileSync(file, content)
    const { status, stderr } = read(file, folder)
    assert.equal(status, 1)
    assert.match(stderr, words)
  }
})

test('an export larger than a message comes in pieces, and says its size and its hash', async () => {
  const pieces: Uint8Array[] = []
  async function* lines() {
    for (let index = 0; index < 5; index++) yield { kind: 'document', text: 'x'.repeat(100_000) }
  }
  const { sizeBytes } = await sendPieces(lines(), (piece) => pieces.push(piece), new AbortController().signal)
  assert.equal(Buffer.concat(pieces).length, sizeBytes)
  assert.ok(pieces.every(({ length }) => length <= 64 * 1024))
})

async function exported(t: TestContext) {
  const home = await house(2, 7)
  const [profile] = home.profiles
  assert.ok(profile)
  t.after(() => Promise.all(home.profiles.map((one) => one.close())))
  const notesId = docIdFrom(profile.membership.profileId, 'notes')
  const notes = await profile.replica.open(notesId)
  notes.ydoc.getText('text').insert(0, 'Milk, bread')
  const line = new Y.Map<unknown>()
  line.set('done', true)
  notes.ydoc.getArray('lines').push([line])
  const names = await openProfileDoc(profile.replica)
  const [member] = profile.membership.members()
  assert.ok(member)
  nameDevice(names.ydoc, member.deviceId, 'The attic')
  await Promise.all([notes.durable(), names.durable()])
  const folder = folderFor(t)
  const file = join(folder, 'everything.jsonl')
  const written: Uint8Array[] = []
  const decision: AuditEntry = {
    ...{ seq: 1, prev: NO_HASH, atMs: 1, monotonicMs: 1, actor: 'owner', channel: 'socket' },
    ...{ action: 'status', decision: 'allowed', reason: 'ok' },
  }
  const said = utf8(sayAuditEntry(decision))
  async function* pieces() {
    yield said.subarray(0, 30)
    yield said.subarray(30)
  }
  const lines = profileLines({
    profile,
    ways: home.ways,
    jobs: [],
    decisions: () => decisionsIn(pieces()),
    atMs: NOW_MS,
  })
  await sendPieces(lines, (piece) => written.push(piece), new AbortController().signal)
  writeFileSync(file, Buffer.concat(written))
  return { file, folder, notesId, home }
}

function read(file: string, folder: string) {
  return spawnSync(process.execPath, [READER, file, folder], { encoding: 'utf8' })
}

import assert from 'node:assert/strict'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { utf8 } from '@cloudos/protocol/bytes'
import { idFromBytes } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import { createReserve } from '../reserve.ts'
import { openJournal } from './journal.ts'
import type { Journal } from './journal.ts'
import { MIGRATIONS } from './migrations.ts'

const NOW = Date.UTC(2026, 10, 21, 3, 4, 5)
const HASH = idFromBytes('Hash', new Uint8Array(32).fill(1))

function fileFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'cloudos-journal-'))
  t.after(() => {
    rmSync(folder, { recursive: true })
  })
  return join(folder, 'journal.db')
}

function open(t: TestContext, file: string): Journal {
  const journal = openJournal(file, NOW, createReserve(`${file}.reserve`))
  t.after(() => {
    journal.close()
  })
  return journal
}

async function fill(journal: Journal, entries: number): Promise<void> {
  const all = Array.from({ length: entries }, (_, i) => utf8(`entry ${String(i)} `.repeat(40)))
  await journal.authority.append(all, [HASH])
  journal.settings.set('port', '7420')
  journal.peers.put({ peerId: 'ab', addresses: ['/ip4/1.2.3.4/tcp/1', '/ip4/5.6.7.8/tcp/2'], seenMs: 5 })
}

test('what was written is there after the journal was opened again', async (t) => {
  const file = fileFor(t)
  const first = openJournal(file, NOW, createReserve(`${file}.reserve`))
  await fill(first, 3)
  await first.heads.save(
    idFromBytes('DeviceId', new Uint8Array(16)),
    idFromBytes('DocId', new Uint8Array(16)),
    utf8('h1'),
  )
  await first.heads.save(
    idFromBytes('DeviceId', new Uint8Array(16)),
    idFromBytes('DocId', new Uint8Array(16)),
    utf8('h2'),
  )
  const someone = idFromBytes('DeviceId', new Uint8Array(16))
  await first.renewals.save(someone, utf8('r1'))
  await first.renewals.save(someone, utf8('r2'))
  first.close()
  first.close()
  const again = open(t, file)
  assert.equal(again.setAside, undefined)
  assert.equal(again.settings.find('port'), '7420')
  assert.equal(again.settings.find('device-id'), undefined)
  const { entries, keyChanges } = await again.authority.load()
  assert.deepEqual([entries.length, keyChanges], [3, [HASH]])
  assert.deepEqual(
    (await again.heads.load()).map((bytes) => Buffer.from(bytes).toString()),
    ['h2'],
  )
  assert.deepEqual(
    (await again.renewals.load()).map((bytes) => Buffer.from(bytes).toString()),
    ['r2'],
  )
  assert.deepEqual(again.peers.all(), [
    { peerId: 'ab', addresses: ['/ip4/1.2.3.4/tcp/1', '/ip4/5.6.7.8/tcp/2'], seenMs: 5 },
  ])
  again.peers.remove('ab')
  assert.deepEqual(again.peers.all(), [])
})

test('only its owner can read it', (t) => {
  const file = fileFor(t)
  open(t, file)
  for (const name of readdirSync(join(file, '..'))) assert.equal(statSync(join(file, '..', name)).mode & 0o077, 0, name)
})

test('incidents of one kind about one subject are one row with a count', (t) => {
  const { incidents } = open(t, fileFor(t))
  incidents.note({ kind: 'frame-refused', subject: 'a', detail: 'x', atMs: 1, proof: utf8('first') })
  incidents.note({ kind: 'frame-refused', subject: 'a', detail: 'y', atMs: 3 })
  incidents.note({ kind: 'frame-refused', subject: 'b', detail: 'z', atMs: 2 })
  assert.deepEqual(incidents.recent(10), [
    { kind: 'frame-refused', subject: 'a', detail: 'y', count: 2, firstMs: 1, lastMs: 3 },
    { kind: 'frame-refused', subject: 'b', detail: 'z', count: 1, firstMs: 2, lastMs: 2 },
  ])
})

test('a peer that misbehaves in ever new ways pushes out its own oldest deeds, never a proof', (t) => {
  const { incidents } = open(t, fileFor(t))
  incidents.note({ kind: 'chain-frozen', subject: 'proof', detail: '', atMs: 0, proof: utf8('two frames') })
  for (let i = 1; i <= LIMITS.incidentsKept + 600; i++)
    incidents.note({ kind: 'frame-refused', subject: String(i), detail: '', atMs: i })
  const kept = incidents.recent(2 * LIMITS.incidentsKept)
  assert.ok(kept.length <= LIMITS.incidentsKept + 300, String(kept.length))
  assert.equal(kept.at(-1)?.subject, 'proof')
})

test('a journal of a newer CloudOS is refused and left as it is', (t) => {
  const file = fileFor(t)
  openJournal(file, NOW, createReserve(`${file}.reserve`)).close()
  const db = new DatabaseSync(file)
  db.exec(`PRAGMA journal_mode = DELETE; PRAGMA user_version = ${String(MIGRATIONS.length + 1)}`)
  db.close()
  const before = readFileSync(file)
  assert.throws(() => openJournal(file, NOW, createReserve(`${file}.reserve`)), { code: 'journal-newer' })
  assert.deepEqual(readFileSync(file), before)
})

test('a journal that is no database is set aside whole, and a new one is begun', async (t) => {
  const file = fileFor(t)
  writeFileSync(file, 'no database at all'.repeat(1000))
  const journal = open(t, file)
  const keptAs = `${file}.damaged-20261121T030405`
  assert.deepEqual(journal.setAside, { keptAs, rowsSaved: 0 })
  assert.match(readFileSync(keptAs, 'utf8'), /^no database/)
  await fill(journal, 1)
})

test('two damaged journals in one second are kept under two names', (t) => {
  const file = fileFor(t)
  const names = [1, 2].map(() => {
    writeFileSync(file, 'x'.repeat(5000))
    const journal = openJournal(file, NOW, createReserve(`${file}.reserve`))
    journal.close()
    return journal.setAside?.keptAs
  })
  assert.equal(new Set(names).size, 2)
  for (const name of names) assert.ok(name !== undefined && existsSync(name))
})

/** Every page in turn: whatever is hit, the journal opens, says so, and keeps what it can read. */
test('of a journal with one ruined page everything outside that page is saved', async (t) => {
  const file = fileFor(t)
  const first = openJournal(file, NOW, createReserve(`${file}.reserve`))
  await fill(first, 200)
  first.close()
  const whole = readFileSync(file)
  const pages = whole.length / 4096
  let best = 0
  for (let page = 0; page < pages; page++) {
    const torn = Buffer.from(whole)
    torn.fill(0xa5, page * 4096, (page + 1) * 4096)
    writeFileSync(file, torn)
    const journal = openJournal(file, NOW, createReserve(`${file}.reserve`))
    const { entries } = await journal.authority.load()
    assert.ok(
      journal.setAside === undefined ? entries.length === 200 : readFileSync(journal.setAside.keptAs).equals(torn),
    )
    best = Math.max(best, journal.setAside?.rowsSaved ?? 0)
    journal.close()
    assert.equal(existsSync(`${file}.reading`), false)
  }
  assert.ok(pages > 10 && best > 150, `${String(best)} rows of ${String(pages)} pages`)
})

test('a journal cut short at any place opens, says so whenever anything is missing, and gives what is before the cut', async (t) => {
  const file = fileFor(t)
  const first = openJournal(file, NOW, createReserve(`${file}.reserve`))
  await fill(first, 300)
  first.close()
  const bytes = readFileSync(file)
  for (let size = 0; size < bytes.length; size += 4096 - 7) {
    writeFileSync(file, bytes)
    truncateSync(file, size)
    const journal = openJournal(file, NOW, createReserve(`${file}.reserve`))
    const { entries } = await journal.authority.load()
    const whole = entries.length === 300 || size === 0
    assert.ok(whole || journal.setAside !== undefined, `${String(size)} bytes, ${String(entries.length)} entries`)
    const saved = entries.length > 100 && journal.settings.find('port') === '7420'
    assert.ok(size < 0.75 * bytes.length || saved, `${String(size)} bytes, ${String(entries.length)} entries`)
    journal.settings.set('port', '1')
    journal.close()
  }
})

test('folders of a journal from before there were other places are kept as folders', (t) => {
  const file = fileFor(t)
  const before = MIGRATIONS.findIndex((sql) => sql.includes('CREATE TABLE places'))
  const db = new DatabaseSync(file)
  for (const sql of MIGRATIONS.slice(0, before)) db.exec(sql)
  db.exec(
    `INSERT INTO media VALUES ('ab', '/media/stick', 'disk 5', 7, '${HASH}'); PRAGMA user_version = ${String(before)}`,
  )
  db.close()
  const { media } = open(t, file)
  const stick = { mediumId: 'ab', kind: 'folder', where: '/media/stick', account: undefined } as const
  const kept = { sealedCredential: undefined, failureDomain: 'disk 5', seen: { gen: 7, hash: HASH } }
  assert.deepEqual(media.all(), [{ ...stick, ...kept }])
  media.add({
    ...stick,
    mediumId: 'cd',
    account: 'robin',
    sealedCredential: utf8('sealed'),
    failureDomain: 'x',
    seen: undefined,
  })
  assert.deepEqual(media.all()[1]?.sealedCredential, utf8('sealed'))
})

test('drills from before anybody was asked for a credential are kept as what they were: by the device’s own', (t) => {
  const file = fileFor(t)
  const before = MIGRATIONS.findIndex((sql) => sql.includes('CREATE TABLE drills_by_entry'))
  const db = new DatabaseSync(file)
  for (const sql of MIGRATIONS.slice(0, before)) db.exec(sql)
  db.exec(`
    INSERT INTO media VALUES ('ab', 'folder', '/media/stick', '', NULL, 'disk 5', 7, '${HASH}');
    INSERT INTO media VALUES ('cd', 'webdav', 'https://a.example/', 'robin', x'01', 'a.example', 7, '${HASH}');
    INSERT INTO drills VALUES ('ab', 'aa', 5, '', 5), ('cd', 'aa', 6, 'rotten', 4);
    PRAGMA user_version = ${String(before)}`)
  db.close()
  const { drills } = open(t, file).media
  assert.deepEqual(drills.of('ab'), [{ way: 'aa', entry: 'not-needed', atMs: 5, problem: undefined, goodAtMs: 5 }])
  assert.deepEqual(drills.of('cd'), [{ way: 'aa', entry: 'stored', atMs: 6, problem: 'rotten', goodAtMs: 4 }])
  drills.note('cd', { way: 'aa', entry: 'asked', atMs: 7, problem: undefined })
  assert.deepEqual(drills.of('cd').map(({ entry, goodAtMs }) => [entry, goodAtMs]), [['asked', 7], ['stored', 4]]) // prettier-ignore
})

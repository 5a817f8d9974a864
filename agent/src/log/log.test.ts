import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { test } from 'node:test'
import { folderFor } from '../testing/run-agent.ts'
import { createLog, Secret } from './log.ts'
import { redact, REDACTED } from './redact.ts'
import { createRotatingFile } from './rotating-file.ts'

test('a log line is one JSON object with its time, level and event, and what is below the level is left out', () => {
  const lines: string[] = []
  const log = createLog({ level: 'info', nowMs: () => 0, append: (line) => lines.push(line) })
  log.write('debug', 'not this')
  log.write('warn', 'two\nlines', { trace: 'ab', ms: 3 })
  assert.deepEqual(lines, [
    '{"at":"1970-01-01T00:00:00.000Z","level":"warn","event":"two\\nlines","trace":"ab","ms":3}\n',
  ])
})

test('a secret comes out of nothing but reveal', () => {
  const secret = new Secret('kaninchen')
  const lines: string[] = []
  createLog({ level: 'debug', nowMs: () => 0, append: (line) => lines.push(line) }).write('info', 'x', { secret })
  for (const shown of [...lines, String(secret), inspect({ secret }), JSON.stringify({ secret }), String(secret)])
    assert.ok(shown.includes(REDACTED) && !shown.includes('kaninchen'), shown)
  assert.equal(secret.reveal(), 'kaninchen')
})

for (const [what, text, secret] of [
  ['a pairing link', 'run cloudos:pair?pAFQ0123456789 now', 'pAFQ0123456789'],
  ['the link of a page', 'http://localhost:7420/#open=pAFQ0123456789/devices', 'pAFQ0123456789'],
  ['a key in hex', `key ${'0a'.repeat(32)}`, '0a'.repeat(32)],
  ['a key in base64', `key ${'Qz+/'.repeat(11)}=`, 'Qz+/'.repeat(11)],
  ['a recovery phrase', `words: ${'abandon ability able '.repeat(4)}`, 'abandon ability able abandon'],
  ['a named value', 'Authorization: Bearer abcdef123456', 'abcdef123456'],
  ['a named value in JSON', '{"passphrase":"kaninchen"}', 'kaninchen'],
] as const) {
  test(`${what} is redacted`, () => {
    const safe = redact(text)
    assert.ok(safe.includes(REDACTED) && !safe.includes(secret), safe)
  })
}

test('ids, paths and sentences stay as they are', () => {
  for (const text of [
    'device 00112233445566778899aabbccddeeff',
    '/home/someone/.local/state/cloudos/logs/agent.log.1',
    'The clock says 2026-11-21T06:59, but CloudOS last ran here at 2026-11-22T06:59.',
    'It runs, but free some soon.',
  ])
    assert.equal(redact(text), text)
})

test('a log file is set aside when it has grown, and the oldest goes', (t) => {
  const file = join(folderFor(t), 'logs', 'agent.log')
  const append = createRotatingFile(file, { maxBytes: 10, kept: 2 })
  for (const line of ['one 56789\n', 'two 56789\n', 'three 789\n', 'four 6789\n']) append(line)
  assert.equal(readFileSync(file, 'utf8'), 'four 6789\n')
  assert.equal(readFileSync(`${file}.1`, 'utf8'), 'three 789\n')
  assert.equal(readFileSync(`${file}.2`, 'utf8'), 'two 56789\n')
  assert.equal(existsSync(`${file}.3`), false)
  createRotatingFile(file, { maxBytes: 100, kept: 2 })('five\n')
  assert.equal(readFileSync(file, 'utf8'), 'four 6789\nfive\n')
})

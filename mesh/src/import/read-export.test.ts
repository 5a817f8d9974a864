import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as Y from 'yjs'
import { docIdFrom } from '@cloudos/crypto/derive'
import { sha256 } from '@cloudos/crypto/hash'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { hexFromBytes, utf8 } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { findId } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import { readExport } from './read-export.ts'

const profileId = findId('ProfileId', 'ab'.repeat(16)) ?? assert.fail()
const docId = docIdFrom(profileId, 'notes')
const FIRST = { kind: 'export', version: 1, profileId, at: '2026-01-02T03:04:05.000Z' }

type Line = Readonly<Record<string, unknown>>

function updateOf(write: (ydoc: Y.Doc) => void): Uint8Array {
  const ydoc = new Y.Doc()
  write(ydoc)
  return Y.encodeStateAsUpdate(ydoc)
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

const update = base64(updateOf((ydoc) => { ydoc.getText('text').insert(0, 'Milk') })) // prettier-ignore
const NOTES = { kind: 'document', docId, name: 'notes', content: { text: 'Milk' }, update }

/** With a last line that fits. */
function fileOf(...lines: readonly (Line | string)[]): Uint8Array {
  const body = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('')
  const end = { kind: 'end', lines: lines.length, sha256: hexFromBytes(sha256(utf8(body))) }
  return utf8(`${body}${JSON.stringify(end)}\n`)
}

function refusalOf(bytes: Uint8Array): { code: string; message: string } {
  try {
    readExport(bytes)
  } catch (cause) {
    if (cause instanceof CloudError) return cause
    throw cause
  }
  return { code: 'taken', message: '' }
}

test('a whole file is read, kinds that are not known are passed over', () => {
  const file = readExport(fileOf(FIRST, { kind: 'device' }, { kind: 'later', update: 7 }, NOTES))
  assert.deepEqual(file.counts, { device: 1, document: 1 })
  assert.deepEqual(
    file.documents.map(({ docId: id, name, ydoc }) => [id, name, ydoc.getText('text').toJSON()]),
    [[docId, 'notes', 'Milk']],
  )
})

test('a part that is wrong is named by its line, and the whole file is refused', () => {
  const deep = updateOf((ydoc) => {
    let map = ydoc.getMap('deep')
    for (let level = 0; level < 200; level++) {
      const next = new Y.Map()
      map.set('x', next)
      map = next
    }
  })
  const large = updateOf((ydoc) => { ydoc.getMap('large').set('x', 'x'.repeat(LIMITS.editMaxBytes)) }) // prettier-ignore
  const [, tail] = halvesOf()
  const bad: readonly Line[] = [
    { ...NOTES, docId: '../../etc/passwd' },
    { ...NOTES, docId: docId.toUpperCase() },
    { ...NOTES, name: '../notes' },
    { ...NOTES, name: 'profile' },
    { ...NOTES, name: 7 },
    { ...NOTES, update: undefined },
    { ...NOTES, update: '%%%%' },
    { ...NOTES, update: update.slice(0, -4) },
    { ...NOTES, update: base64(new Uint8Array([0xff, 0xff, 0xff, 0xff, 0x0f, 1, 1])) },
    { ...NOTES, update: base64(deep) },
    { ...NOTES, update: base64(large) },
    { ...NOTES, update: base64(tail) },
    { kind: 'export', version: 1 },
    { kind: 'end', lines: 2 },
    { nothing: true },
  ]
  for (const line of bad) {
    const { code, message } = refusalOf(fileOf(FIRST, { kind: 'way' }, line))
    assert.equal(code, 'import-bad-part', JSON.stringify(line).slice(0, 100))
    assert.match(message, /line 3.*Nothing was changed/)
  }
  for (const line of ['', '[]', 'null', '7', '{"kind":"way"', '\u0000'])
    assert.equal(refusalOf(fileOf(FIRST, line)).code, 'import-bad-part', line)
  assert.equal(refusalOf(fileOf(FIRST, NOTES, NOTES)).code, 'import-bad-part')
})

/** The second half leans on the first. */
function halvesOf(): readonly [Uint8Array, Uint8Array] {
  const ydoc = new Y.Doc()
  ydoc.getText('text').insert(0, 'first')
  const state = Y.encodeStateVector(ydoc)
  const first = Y.encodeStateAsUpdate(ydoc)
  ydoc.getText('text').insert(5, ' second')
  return [first, Y.encodeStateAsUpdate(ydoc, state)]
}

test('a file of another kind, a newer one, one that was cut off, changed or is too large is told apart', () => {
  const whole = fileOf(FIRST, NOTES)
  const spoiled = new TextDecoder().decode(whole).replace('"Milk"', '"Mild"')
  const refused: readonly (readonly [Uint8Array, string])[] = [
    [new Uint8Array(), 'not-an-export'],
    [utf8('{"kind":"other"}\n'), 'not-an-export'],
    [new Uint8Array(1000).fill(0xff), 'not-an-export'],
    [fileOf({ ...FIRST, version: 2 }), 'import-newer'],
    [fileOf({ ...FIRST, version: '1' }), 'import-bad-part'],
    [fileOf({ ...FIRST, profileId: 'ab' }), 'import-bad-part'],
    [fileOf({ ...FIRST, at: 'yesterday' }), 'import-bad-part'],
    [utf8(spoiled), 'import-changed'],
    [new Uint8Array(LIMITS.importMaxBytes + 1), 'import-too-large'],
    [utf8(`${JSON.stringify(FIRST)}\n${'\n'.repeat(LIMITS.importLinesMax)}{"kind":"end"}\n`), 'import-too-large'],
  ]
  for (const [bytes, code] of refused) assert.equal(refusalOf(bytes).code, code)
  for (let length = 64; length < whole.length; length++)
    assert.equal(refusalOf(whole.subarray(0, length)).code, 'import-cut-off', String(length))
})

test('no bytes that were changed anywhere make anything but a refusal', () => {
  const dice = createDice(11)
  const whole = fileOf(FIRST, { kind: 'way', of: 'phrase' }, NOTES)
  for (let round = 0; round < 500; round++) {
    const changed = whole.slice()
    const at = dice.below(changed.length)
    changed[at] = (changed[at] ?? 0) ^ (1 << dice.below(8))
    const { code } = refusalOf(changed)
    assert.notEqual(code, 'taken', String(at))
  }
})

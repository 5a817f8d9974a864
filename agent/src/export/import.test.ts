import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as Y from 'yjs'
import { docIdFrom } from '@cloudos/crypto/derive'
import { createDice } from '@cloudos/crypto/testing/seeded'
import type { Dice } from '@cloudos/crypto/testing/seeded'
import { importProfile, previewImport } from '@cloudos/mesh/import/import-profile'
import type { ImportInto } from '@cloudos/mesh/import/import-profile'
import { readExport } from '@cloudos/mesh/import/read-export'
import type { Profile } from '@cloudos/mesh/profile'
import type { DocId } from '@cloudos/protocol/ids'
import { house, NOW_MS } from '../testing/protected-house.ts'
import { sendPieces } from './export-pieces.ts'
import { profileLines } from './profile-lines.ts'

test('an export that is imported into a fresh profile and exported again has equal documents, whatever is in them', async () => {
  for (let seed = 1; seed <= 25; seed++) {
    const dice = createDice(seed)
    const [old, fresh] = await Promise.all([profileOf(2 * seed + 1000), profileOf(2 * seed + 1001)])
    await fill(old, dice)
    const file = readExport(await exportOf(old))
    const report = await importProfile(file, intoOf(fresh))
    assert.deepEqual([report.documents.flatMap(({ keptHere, bothKept }) => [...keptHere, ...bothKept])], [[]])
    assert.deepEqual(await contentOf(fresh), await contentOf(old), `seed ${String(seed)}`)
    const again = await importProfile(file, intoOf(fresh))
    assert.deepEqual([again.documents.map(({ added }) => added)], [again.documents.map(() => 0)])
    assert.deepEqual(await contentOf(fresh), await contentOf(old), `seed ${String(seed)}, the second time`)
    await Promise.all([old.close(), fresh.close()])
  }
})

test('what was there before an import is there after it, and a preview says the same as the import and changes nothing', async () => {
  for (let seed = 1; seed <= 25; seed++) {
    const dice = createDice(seed + 100)
    const [old, here] = await Promise.all([profileOf(2 * seed + 2000), profileOf(2 * seed + 2001)])
    await Promise.all([fill(old, dice), fill(here, dice)])
    const file = readExport(await exportOf(old))
    const before = await contentOf(here)
    const preview = await previewImport(file, intoOf(here))
    assert.deepEqual(await contentOf(here), before)
    const report = await importProfile(file, intoOf(here))
    assert.deepEqual(report, preview)
    assertKept(before, await contentOf(here))
    await Promise.all([old.close(), here.close()])
  }
})

test('an export of the profile itself brings back nothing that was taken out since', async () => {
  const here = await profileOf(5)
  const notes = await notesOf(here)
  notes.ydoc.getText('text').insert(0, 'Milk, bread')
  await notes.durable()
  const file = readExport(await exportOf(here))
  notes.ydoc.getText('text').delete(4, 7)
  const { documents } = await importProfile(file, intoOf(here))
  assert.equal(notes.ydoc.getText('text').toJSON(), 'Milk')
  assert.deepEqual([documents.map(({ added }) => added)], [[0]])
  await here.close()
})

test('two texts are both kept, one above the other, and only once', async () => {
  const [old, here] = await Promise.all([profileOf(6), profileOf(7)])
  const [theirs, mine] = await Promise.all([notesOf(old), notesOf(here)])
  theirs.ydoc.getText('text').insert(0, 'Bread')
  mine.ydoc.getText('text').insert(0, 'Breadcrumbs')
  await theirs.durable()
  const file = readExport(await exportOf(old))
  const { documents } = await importProfile(file, intoOf(here))
  assert.deepEqual(
    documents.map(({ bothKept }) => bothKept),
    [['text']],
  )
  const both = 'Breadcrumbs\n\n— Imported, as of 1970-01-01 —\nBread'
  assert.equal(mine.ydoc.getText('text').toJSON(), both)
  await importProfile(file, intoOf(here))
  assert.equal(mine.ydoc.getText('text').toJSON(), both)
  await Promise.all([old.close(), here.close()])
})

async function profileOf(seed: number): Promise<Profile> {
  const [profile] = (await house(1, seed)).profiles
  assert.ok(profile)
  return profile
}

function notesOf(profile: Profile) {
  return profile.replica.open(docIdFrom(profile.membership.profileId, 'notes'))
}

function intoOf({ membership, replica }: Profile): ImportInto {
  return {
    profileId: membership.profileId,
    docIds: new Set(replica.docs().map(({ docId }) => docId)),
    open: (docId) => replica.open(docId),
  }
}

async function exportOf(profile: Profile): Promise<Uint8Array> {
  const written: Uint8Array[] = []
  async function* decisions(): AsyncGenerator<never> {
    // none
  }
  const lines = profileLines({ profile, ways: undefined, jobs: [], decisions, atMs: NOW_MS })
  await sendPieces(lines, (piece) => written.push(piece), new AbortController().signal)
  return new Uint8Array(Buffer.concat(written))
}

/** By the name where there is one: in another profile a document of a name has another id. */
async function contentOf(profile: Profile): Promise<ReadonlyMap<string, unknown>> {
  const content = new Map<string, unknown>()
  for (const text of new TextDecoder()
    .decode(await exportOf(profile))
    .trimEnd()
    .split('\n')) {
    const line = JSON.parse(text) as { kind: string; docId: string; name?: string; content: object }
    // A root without anything in it is as none.
    const roots = Object.entries(line.content ?? {}).filter(([, root]) => root !== null)
    if (line.kind === 'document')
      content.set(line.name ?? line.docId, Object.fromEntries(roots.sort(([a], [b]) => (a < b ? -1 : 1))))
  }
  return new Map([...content].sort(([a], [b]) => (a < b ? -1 : 1)))
}

const WORDS = ['milk', 'bread', 'ünïcode 🥖', 'a\nb', '', 'yes', 'yesterday', '__proto__', 'constructor']

/** The notes and a few documents without a name, each of them edited and partly deleted again. */
async function fill({ membership, replica }: Profile, dice: Dice): Promise<void> {
  const ids = [docIdFrom(membership.profileId, 'notes'), ...[3, 4].map((byte) => byte.toString(16).repeat(32) as DocId)]
  for (const docId of ids) {
    const doc = await replica.open(docId)
    for (let edits = 1 + dice.below(12); edits > 0; edits--) edit(doc.ydoc, dice)
    await doc.durable()
  }
}

function edit(ydoc: Y.Doc, dice: Dice): void {
  const [text, fields, lines] = [ydoc.getText('text'), ydoc.getMap('fields'), ydoc.getArray('lines')]
  const word = dice.pick(WORDS)
  const doings: readonly (() => void)[] = [
    () => { text.insert(dice.below(text.length + 1), word) }, // prettier-ignore
    () => { if (text.length > 0) text.delete(dice.below(text.length), 1) }, // prettier-ignore
    () => fields.set(word, dice.pick([1, null, 'x', [1, { a: 2 }], new Uint8Array([1, 2])])),
    () => fields.set(`${word} nested`, nested(dice)),
    () => { lines.push([dice.pick([dice.below(3), word, nested(dice)])]) }, // prettier-ignore
    () => { if (lines.length > 0) lines.delete(dice.below(lines.length), 1) }, // prettier-ignore
  ]
  dice.pick(doings)()
}

function nested(dice: Dice): Y.Map<unknown> {
  const map = new Y.Map<unknown>()
  map.set('id', String(dice.below(5)))
  map.set('text', new Y.Text(dice.pick(WORDS)))
  map.set('done', dice.below(2) === 1)
  return map
}

/** Whatever stands in `before` stands in `after`: texts within texts, fields under their keys, items in their lists. */
function assertKept(before: unknown, after: unknown): void {
  if (typeof before === 'string')
    assert.ok(typeof after === 'string' && after.includes(before), `${before} in ${String(after)}`)
  else if (before instanceof Map)
    for (const [key, value] of before) assertKept(value, (after as ReadonlyMap<unknown, unknown>).get(key))
  else if (Array.isArray(before))
    for (const [at, value] of before.entries()) assertKept(value, (after as readonly unknown[])[at])
  else if (typeof before === 'object' && before !== null)
    for (const [key, value] of Object.entries(before))
      assertKept(value, (after as Readonly<Record<string, unknown>>)[key])
  else assert.deepEqual(after, before)
}

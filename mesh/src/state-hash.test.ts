import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as Y from 'yjs'
import { createDice } from '@cloudos/crypto/testing/seeded'
import type { Dice } from '@cloudos/crypto/testing/seeded'
import { idFromBytes } from '@cloudos/protocol/ids'
import { profileStateHash, stateHash } from './state-hash.ts'

test('replicas that took the same edits in other orders and pieces have the same state hash, for a hundred histories', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const dice = createDice(seed)
    const updates = drawHistory(dice)
    const inOrder = replay(updates)
    const shuffled = replay(shuffle(updates, dice))
    const merged = replay([Y.mergeUpdates([...updates])])
    assert.equal(stateHash(shuffled), stateHash(inOrder), `seed ${String(seed)}`)
    assert.equal(stateHash(merged), stateHash(inOrder), `seed ${String(seed)}`)
  }
})

test('an edit, a deletion and another value each give another state hash', () => {
  const doc = new Y.Doc()
  const seen = new Set([stateHash(doc)])
  const steps: readonly (() => void)[] = [
    () => { doc.getText('text').insert(0, 'heron') },
    () => { doc.getText('text').delete(0, 1) },
    () => { doc.getText('text').format(0, 2, { bold: true }) },
    () => { doc.getMap('map').set('a', 1) },
    () => { doc.getMap('map').set('a', undefined) },
    () => { doc.getMap('map').set('a', { b: [1, null, 'x'] }) },
    () => { doc.getMap('map').delete('a') },
    () => { doc.getArray('list').push([new Y.Map(), Uint8Array.of(1, 2)]) },
    () => { doc.getArray('list').delete(1) },
  ] // prettier-ignore
  for (const step of steps) {
    step()
    seen.add(stateHash(doc))
  }
  assert.equal(seen.size, steps.length + 1)
})

test('asking for a root, or giving it a type, is no change of state', () => {
  const doc = new Y.Doc()
  doc.getText('text').insert(0, 'heron')
  const copy = new Y.Doc()
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc))
  assert.equal(stateHash(copy), stateHash(doc))
  copy.getText('text')
  copy.getMap('never written')
  assert.equal(stateHash(copy), stateHash(doc))
})

test('a profile’s hash knows which document says what, and not in which order they were opened', () => {
  const [a, b] = [1, 2].map((byte) => idFromBytes('DocId', new Uint8Array(16).fill(byte)))
  const [x, y] = [3, 4].map((byte) => idFromBytes('Hash', new Uint8Array(32).fill(byte)))
  assert.ok(a && b && x && y)
  const hash = profileStateHash(new Map([[a, x], [b, y]])) // prettier-ignore
  assert.equal(profileStateHash(new Map([[b, y], [a, x]])), hash) // prettier-ignore
  assert.notEqual(profileStateHash(new Map([[a, y], [b, x]])), hash) // prettier-ignore
})

/** Two writers who hear of each other now and then. */
function drawHistory(dice: Dice): readonly Uint8Array[] {
  const updates: Uint8Array[] = []
  const docs = [1, 2].map((clientID) => {
    const doc = new Y.Doc()
    doc.clientID = clientID
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== 'other') updates.push(update)
    })
    return doc
  })
  for (let step = 0; step < 40; step++) {
    const [which = 0, what = 0, at = 0] = dice.bytes(3)
    const [doc, other] = which % 2 === 0 ? docs : docs.toReversed()
    if (doc === undefined || other === undefined) continue
    edit(doc, what, at)
    if (which % 3 === 0) Y.applyUpdate(other, Y.encodeStateAsUpdate(doc), 'other')
  }
  return updates
}

function edit(doc: Y.Doc, what: number, at: number): void {
  const text = doc.getText('text')
  const map = doc.getMap('map')
  if (what % 5 === 0) text.insert(Math.min(at, text.length), 'ab')
  else if (what % 5 === 1 && text.length > 0) text.delete(at % text.length, 1)
  else if (what % 5 === 2) map.set(`key ${String(at % 3)}`, { at, list: [at, 'x'] })
  else if (what % 5 === 3) map.set(`key ${String(at % 3)}`, new Y.Text(`t${String(at)}`))
  else map.delete(`key ${String(at % 3)}`)
}

function replay(updates: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc()
  for (const update of updates) Y.applyUpdate(doc, update)
  return doc
}

function shuffle<T>(items: readonly T[], dice: Dice): readonly T[] {
  return items
    .map((item) => ({ item, at: new DataView(Uint8Array.from(dice.bytes(4)).buffer).getUint32(0) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

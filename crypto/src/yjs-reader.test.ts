import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as Y from 'yjs'
import { createDice } from './testing/seeded.ts'
import type { Dice } from './testing/seeded.ts'
import { editHistory } from './testing/yjs-history.ts'
import { readUpdate } from './yjs-reader.ts'
import type { UpdateShape } from './yjs-reader.ts'

test('it agrees with Yjs on the structs and deletes of thousands of real updates', () => {
  const dice = createDice(1)
  let seen = 0
  for (let history = 0; history < 250; history++) {
    const updates = editHistory(dice, 24)
    for (const update of [...updates, ...mergers(updates)]) {
      assert.deepEqual(shapeFrom(accepted(update)), shapeOfYjs(update))
      seen++
    }
  }
  assert.ok(seen > 4000, String(seen))
})

test('what a document needs of others is exactly what Yjs would wait for', () => {
  const dice = createDice(2)
  for (let history = 0; history < 60; history++) {
    const doc = new Y.Doc()
    for (const update of editHistory(dice, 24)) {
      const known = Y.decodeStateVector(Y.encodeStateVector(doc))
      const { needs } = accepted(update)
      Y.applyUpdate(doc, update)
      for (const { client, clock } of needs) assert.ok((known.get(client) ?? 0) > clock)
      assert.equal(doc.store.pendingStructs, null)
    }
  }
})

test('a hundred thousand damaged updates neither crash nor cost more than their length, and what passes can be applied', () => {
  const dice = createDice(3)
  const sources = Array.from({ length: 40 }, () => Y.mergeUpdates([...editHistory(dice, 12)]))
  let passed = 0
  for (let i = 0; i < 100_000; i++) {
    const update = damaged(dice.pick(sources), dice)
    const read = readUpdate(update)
    if (!read.ok) continue
    passed++
    assert.ok(read.value.steps <= STEPS_PER_BYTE * update.length)
    if (passed % 8 === 0) Y.applyUpdate(new Y.Doc(), update)
  }
  assert.ok(passed > 1000, String(passed))
})

const STEPS_PER_BYTE = 8

function accepted(update: Uint8Array): UpdateShape {
  const read = readUpdate(update)
  assert.ok(read.ok, read.ok ? '' : read.error)
  assert.ok(read.value.steps <= STEPS_PER_BYTE * update.length)
  return read.value
}

function mergers(updates: readonly Uint8Array[]): readonly Uint8Array[] {
  const doc = new Y.Doc()
  for (const update of updates) Y.applyUpdate(doc, update)
  return [Y.mergeUpdates([...updates]), Y.encodeStateAsUpdate(doc)]
}

function shapeFrom({ structs, deletes }: UpdateShape): unknown {
  return {
    structs: structs.map(({ client, clock, length, kind }) => ({ client, clock, length, kind })),
    deletes,
  }
}

function shapeOfYjs(update: Uint8Array): unknown {
  const { structs, ds } = Y.decodeUpdate(update)
  return {
    structs: structs.map(({ id, length, constructor }) => ({
      client: id.client,
      clock: id.clock,
      length,
      kind: constructor === Y.GC ? 'gc' : 'item',
    })),
    deletes: [...ds.clients].flatMap(([client, ranges]) =>
      ranges.map(({ clock, len }) => ({ client, clock, length: len })),
    ),
  }
}

function damaged(update: Uint8Array, dice: Dice): Uint8Array {
  const bytes = Uint8Array.from(update)
  const at = dice.below(bytes.length)
  const kind = dice.below(4)
  if (kind === 0) return bytes.subarray(0, at)
  if (kind === 1)
    return Uint8Array.from([...bytes.subarray(0, at), ...dice.bytes(1 + dice.below(3)), ...bytes.subarray(at)])
  if (kind === 2) bytes[at] = dice.pick([0, 1, 0x7f, 0x80, 0xff, 117, 118])
  else bytes[at] = (bytes[at] ?? 0) ^ (1 << dice.below(8))
  return bytes
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { editBetween, moveThrough } from './text-edit.ts'
import type { TextDelta, TextEdit } from './text-edit.ts'

/** A small seeded generator: the same seed draws the same numbers. */
function createDraw(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state % below
  }
}

function apply(text: string, edit: TextEdit | undefined): string {
  return edit === undefined ? text : text.slice(0, edit.at) + edit.inserted + text.slice(edit.at + edit.removed)
}

const ALPHABET = ['a', 'a', 'b', '\n', 'é', '🙂', '🙃', '👩‍👩‍👦']

function drawText(draw: (below: number) => number, length: number): string {
  return Array.from({ length }, () => ALPHABET[draw(ALPHABET.length)]).join('')
}

test('applying the edit to the text before gives the text after, wherever the caret stands', () => {
  const draw = createDraw(7)
  for (let round = 0; round < 5_000; round++) {
    const before = drawText(draw, draw(12))
    const after = drawText(draw, draw(12))
    const edit = editBetween(before, after, draw(after.length + 3))
    assert.equal(apply(before, edit), after)
  }
})

test('an edit never tears a surrogate pair', () => {
  const draw = createDraw(11)
  const torn = /^[\udc00-\udfff]|[\ud800-\udbff]$/
  for (let round = 0; round < 5_000; round++) {
    const before = drawText(draw, draw(8))
    const after = drawText(draw, draw(8))
    const edit = editBetween(before, after, draw(after.length + 1))
    if (edit === undefined) continue
    const removed = before.slice(edit.at, edit.at + edit.removed)
    assert.doesNotMatch(edit.inserted, torn)
    assert.doesNotMatch(removed, torn)
  }
})

test('in a run of equal letters the caret tells which one was typed or deleted', () => {
  assert.deepEqual(editBetween('aaa', 'aaaa', 2), { at: 1, removed: 0, inserted: 'a' })
  assert.deepEqual(editBetween('aaa', 'aaaa', 4), { at: 3, removed: 0, inserted: 'a' })
  assert.deepEqual(editBetween('aaaa', 'aaa', 1), { at: 1, removed: 1, inserted: '' })
})

test('equal texts are no edit', () => {
  assert.equal(editBetween('same', 'same', 2), undefined)
})

test('a caret keeps its place among the letters around it', () => {
  const table: readonly [string, TextDelta, number, number][] = [
    ['text before it', [{ insert: 'abc' }], 4, 7],
    ['text exactly there goes behind it', [{ retain: 4 }, { insert: 'abc' }], 4, 4],
    ['text behind it', [{ retain: 5 }, { insert: 'abc' }], 4, 4],
    ['a deletion before it', [{ delete: 2 }], 4, 2],
    ['a deletion around it', [{ retain: 2 }, { delete: 5 }], 4, 2],
    ['a deletion behind it', [{ retain: 4 }, { delete: 3 }], 4, 4],
    ['several changes', [{ insert: 'xx' }, { retain: 2 }, { delete: 1 }, { insert: 'y' }], 4, 6],
  ]
  for (const [name, delta, index, moved] of table) assert.equal(moveThrough(delta, index), moved, name)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { editBetween, keepThrough, moveSelection, moveThrough } from './text-edit.ts'
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

test('a caret stays before what another device puts at it, and a selection takes in nothing that is put at its ends', () => {
  for (const delta of [
    [{ retain: 4 }, { insert: 'abc' }],
    [{ retain: 4 }, { insert: 'abc' }, { insert: 'd' }],
  ])
    assert.deepEqual(moveSelection(delta, { at: 4, length: 0 }), { at: 4, length: 0 })
  const table: readonly [string, TextDelta, number, number][] = [
    ['at its start', [{ retain: 4 }, { insert: 'abc' }], 7, 2],
    ['at its end', [{ retain: 6 }, { insert: 'abc' }], 4, 2],
    ['within it', [{ retain: 5 }, { insert: 'abc' }], 4, 5],
    ['half of it deleted', [{ retain: 3 }, { delete: 2 }], 3, 1],
    ['all of it deleted', [{ retain: 3 }, { delete: 5 }], 3, 0],
  ]
  for (const [name, delta, at, length] of table)
    assert.deepEqual(moveSelection(delta, { at: 4, length: 2 }), { at, length }, name)
})

test('typing over letters removes those letters, wherever others have put and deleted text meanwhile', () => {
  const draw = createDraw(17)
  for (let round = 0; round < 5_000; round++) {
    // Each letter stands for itself; what others put in are digits.
    const before = 'abcdefghij'.slice(0, 1 + draw(10))
    const at = draw(before.length)
    const length = draw(before.length - at + 1)
    const [steps, kept] = drawDelta(draw, before)
    const pieces = keepThrough(steps, { at, length })
    const after = pieces
      .toReversed()
      .reduce((text, piece) => text.slice(0, piece.at) + text.slice(piece.at + piece.length), kept)
    const gone = before.slice(at, at + length)
    assert.equal(after, [...kept].filter((letter) => !gone.includes(letter)).join(''))
  }
})

/** A change that another device makes of `text`, and what it makes of it. */
function drawDelta(draw: (below: number) => number, text: string): readonly [TextDelta, string] {
  const steps: TextDelta[number][] = []
  let [read, made] = [0, '']
  while (read < text.length) {
    const count = 1 + draw(text.length - read)
    const what = draw(3)
    if (what === 0) {
      steps.push({ insert: '123'.slice(0, count) })
      made += '123'.slice(0, count)
      continue
    }
    steps.push(what === 1 ? { retain: count } : { delete: count })
    if (what === 1) made += text.slice(read, read + count)
    read += count
  }
  return [steps, made]
}

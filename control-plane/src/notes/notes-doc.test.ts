import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as Y from 'yjs'
import { addLine, notesRoots, readLines, removeLine } from './notes-doc.ts'

function exchange(a: Y.Doc, b: Y.Doc): void {
  Y.applyUpdate(b, Y.encodeStateAsUpdate(a))
  Y.applyUpdate(a, Y.encodeStateAsUpdate(b))
}

const words = (ydoc: Y.Doc): readonly string[] => readLines(notesRoots(ydoc)).map(({ text }) => text.toString())

test('lines that two people add at the same time are both there, in one order', () => {
  const [a, b] = [new Y.Doc(), new Y.Doc()]
  addLine(notesRoots(a), 'a', 'milk')
  addLine(notesRoots(b), 'b', 'bread')
  exchange(a, b)
  assert.deepEqual(words(a), words(b))
  assert.deepEqual([...words(a)].sort(), ['bread', 'milk'])
})

test('two people removing one line remove that line only', () => {
  const [a, b] = [new Y.Doc(), new Y.Doc()]
  for (const name of ['x', 'y', 'z']) addLine(notesRoots(a), name, name)
  exchange(a, b)
  for (const ydoc of [a, b]) {
    const line = readLines(notesRoots(ydoc)).find(({ id }) => id === 'y')
    assert.ok(line)
    removeLine(notesRoots(ydoc), line)
    removeLine(notesRoots(ydoc), line)
  }
  exchange(a, b)
  assert.deepEqual(words(a), ['x', 'z'])
  assert.deepEqual(words(b), ['x', 'z'])
})

test('items of a form this version does not know are passed over and kept', () => {
  const ydoc = new Y.Doc()
  const roots = notesRoots(ydoc)
  roots.lines.push([new Y.Map([['later', true]])])
  addLine(roots, 'a', 'milk')
  assert.deepEqual(words(ydoc), ['milk'])
  assert.equal(roots.lines.length, 2)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesText, durationText, endText, hasTrouble, runTone } from './run-text.ts'

test('a program that ended by itself and said no is trouble, and one that was cancelled is not', () => {
  assert.equal(runTone({ phase: 'done', end: { reason: 'ok', exitCode: 0 } }), 'good')
  assert.equal(hasTrouble({ phase: 'done', end: { reason: 'ok', exitCode: 3 } }), true)
  assert.equal(hasTrouble({ phase: 'failed', end: { reason: 'limit:wall' } }), true)
  assert.equal(hasTrouble({ phase: 'cancelled', end: { reason: 'cancelled' } }), false)
  assert.equal(hasTrouble({ phase: 'running' }), false)
})

test('every way to end has its own sentence', () => {
  const ends = [
    { reason: 'ok', exitCode: 0 },
    { reason: 'ok', exitCode: 2 },
    { reason: 'crash' },
    { reason: 'cancelled' },
    { reason: 'evicted' },
    { reason: 'limit:wall' },
    { reason: 'limit:memory' },
    { reason: 'limit:output' },
  ] as const
  const sentences = ends.map((end) => endText(end))
  assert.equal(new Set(sentences).size, ends.length)
  for (const sentence of sentences) assert.match(sentence, /^[A-Z].*\.$/)
  assert.equal(endText({ reason: 'crash', says: 'Unreachable code.' }), 'Unreachable code.')
})

test('durations and sizes are short', () => {
  assert.deepEqual([340, 12_400, 200_000].map(durationText), ['340 ms', '12.4 s', '3 min 20 s'])
  assert.deepEqual([812, 3_400, 1_200_000].map(bytesText), ['812 B', '3.4 kB', '1.2 MB'])
})

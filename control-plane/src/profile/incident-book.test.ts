import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Incident } from '@cloudos/mesh/incident'
import type { DeviceId, DocId } from '@cloudos/protocol/ids'
import { findId } from '@cloudos/protocol/ids'
import { IncidentBook } from './incident-book.ts'

function idOf(digit: string): { docId: DocId; deviceId: DeviceId } {
  const [docId, deviceId] = [findId('DocId', digit.repeat(32)), findId('DeviceId', digit.repeat(32))]
  assert.ok(docId !== undefined && deviceId !== undefined)
  return { docId, deviceId }
}

function refused(digit: string): Incident {
  return { kind: 'frame-refused', reason: 'bad-signature', from: 'a peer', ...idOf(digit) }
}
const nameless = (): undefined => undefined

test('the same incident counts up and moves to the front', () => {
  const book = new IncidentBook()
  book.note(refused('a'), 1, () => 'nas')
  book.note(refused('b'), 2, nameless)
  book.note(refused('a'), 3, () => 'nas')
  assert.deepEqual(
    book.views().map(({ deviceName, count, firstMs, lastMs }) => [deviceName, count, firstMs, lastMs]),
    [
      ['nas', 2, 1, 3],
      [undefined, 1, 2, 2],
    ],
  )
})

test('a flood of kinds is bounded and keeps the newest', () => {
  const book = new IncidentBook()
  for (let nth = 0; nth < 1_000; nth++)
    book.note({ kind: 'not-saved', ...idOf('a'), code: 'x', message: String(nth) }, nth, nameless)
  assert.equal(book.views().length, 100)
  assert.equal(book.views()[0]?.detail, '999')
})

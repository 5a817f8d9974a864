import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { idFromBytes } from '@cloudos/protocol/ids'
import type { Settings } from '../journal/settings.ts'
import { createScrubBook, dueSince } from './scrub-book.ts'

const dice = createDice(1)
const blobs = Array.from({ length: 600 }, () => idFromBytes('Hash', dice.bytes(32)))

test('each day has its share of the objects, and a month has all of them exactly once', () => {
  const times = new Map(blobs.map((blob) => [blob, 0]))
  for (let day = 20_000; day < 20_030; day++) {
    const due = blobs.filter(dueSince(day - 1, day))
    assert.ok(due.length < blobs.length / 10, `${String(due.length)} on one day`)
    for (const blob of due) times.set(blob, (times.get(blob) ?? 0) + 1)
  }
  assert.ok([...times.values()].every((count) => count === 1))
})

test('days on which nobody looked are made up for, and the same day is not looked at twice', () => {
  const ten = blobs.filter(dueSince(20_000, 20_010))
  const each = Array.from({ length: 10 }, (_, at) => blobs.filter(dueSince(20_000 + at, 20_001 + at))).flat()
  assert.deepEqual(new Set(ten), new Set(each))
  assert.equal(blobs.filter(dueSince(0, 20_000)).length, blobs.length)
  assert.equal(blobs.filter(dueSince(20_000, 20_000)).length, 0)
})

test('how a place was looked after is known over a restart, and what rotted is passed over', () => {
  const kept = new Map<string, string>()
  const settings: Settings = { find: (name) => kept.get(name), set: (name, value) => void kept.set(name, value) }
  const book = createScrubBook(settings)
  book.note('aa', { day: 3, checkedAtMs: 7 })
  book.note('aa', { mendedObjects: 2, mendedAtMs: 8 })
  book.note('bb', { day: 1 })
  book.forget('bb')
  kept.set('scrubs', `${kept.get('scrubs') ?? ''}\ncc 1 x 2 3\n`)
  const again = createScrubBook(settings)
  assert.deepEqual(again.find('aa'), { day: 3, checkedAtMs: 7, mendedObjects: 2, mendedAtMs: 8 })
  assert.deepEqual([again.find('bb'), again.find('cc')], [undefined, undefined])
})

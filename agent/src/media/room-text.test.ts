import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MediumKind } from '@cloudos/protocol/storage-commands'
import { diskRoom, roomText } from './room-text.ts'

const KINDS: readonly MediumKind[] = ['device', 'folder', 'webdav', 's3', 'github', 'drive', 'peer']

test('a place with little room, or none, says what to do in the words of its kind, and one with enough says none', () => {
  const low = { usedBytes: 95, freeBytes: 5, totalBytes: 100 }
  const enough = { usedBytes: 50, freeBytes: 50, totalBytes: 100 }
  for (const kind of KINDS) {
    assert.deepEqual(roomText(kind, enough, false), { room: enough })
    assert.match(roomText(kind, low, false).roomProblem ?? '', /^There is little room left\. .*add a copy/)
    // A server may refuse although it has not said how full it is, or says otherwise.
    assert.match(roomText(kind, undefined, true).roomProblem ?? '', /^There is no room left.*add a copy/)
    assert.match(roomText(kind, enough, true).roomProblem ?? '', /no room left/)
  }
  assert.deepEqual(roomText('s3', undefined, false), {})
})

test('a disk says how much of it is used and free', async () => {
  const { usedBytes = 0, freeBytes = 0, totalBytes = 0 } = await diskRoom(import.meta.dirname)
  assert.ok(usedBytes > 0 && freeBytes >= 0 && usedBytes + freeBytes <= totalBytes)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeCbor } from '@cloudos/protocol/cbor'
import type { CborValue } from '@cloudos/protocol/cbor'
import { LIMITS } from '@cloudos/protocol/limits'
import { encodePairingMessage, parsePairingMessage } from './talk.ts'
import type { CopyPlace } from './talk.ts'

const PLACES: readonly CopyPlace[] = [
  { in: 'profile' },
  { in: 'place', place: { kind: 'folder', where: '/media/stick' } },
  { in: 'place', place: { kind: 'webdav', where: 'https://nas.example/dav/', account: 'robin', secret: 'a b c' } },
  { in: 'place', place: { kind: 'github', where: 'robin/copies', secret: 't'.repeat(LIMITS.storageSecretMaxBytes) } },
]

test('a place is asked for as it was named, with what it is signed in to with', () => {
  for (const where of PLACES)
    assert.deepEqual(parsePairingMessage(encodePairingMessage({ kind: 'ask-copy', where })), {
      kind: 'ask-copy',
      where,
    })
})

test('a place that is too long, of no kind, or with more in it than a place has, is refused whole', () => {
  const where = '/media/stick'
  const wrong: readonly CborValue[] = [
    where,
    new Map(),
    new Map<number, CborValue>([[1, 2]]),
    new Map<number, CborValue>([[2, where]]),
    new Map<number, CborValue>([
      [1, 99],
      [2, where],
    ]),
    new Map<number, CborValue>([
      [1, 2],
      [2, 'x'.repeat(LIMITS.storageTextMaxBytes + 1)],
    ]),
    new Map<number, CborValue>([
      [1, 3],
      [2, where],
      [4, 'x'.repeat(LIMITS.storageSecretMaxBytes + 1)],
    ]),
    new Map<number, CborValue>([
      [1, 3],
      [2, where],
      [3, 'two\nlines'],
    ]),
    new Map<number, CborValue>([
      [1, 2],
      [2, where],
      [9, 1],
    ]),
  ]
  for (const body of wrong) assert.throws(() => parsePairingMessage(encodeCbor([5, body])), { code: 'pairing-refused' })
  assert.throws(() => parsePairingMessage(encodeCbor([5, new Map<number, CborValue>([[1, 2], [2, where]]), 1])), { code: 'pairing-refused' }) // prettier-ignore
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainKey, findId } from '@cloudos/protocol/ids'
import type { ChainKey } from '@cloudos/protocol/ids'
import { admittedOf } from './admitted.ts'

const id = <Name extends 'DeviceId' | 'DocId' | 'Incarnation'>(name: Name, digit: string, length: number) => {
  const found = findId(name, digit.repeat(length))
  assert.ok(found)
  return found
}
const [removed, other, docId] = [id('DeviceId', 'a', 32), id('DeviceId', 'b', 32), id('DocId', 'c', 32)]
const [first, second] = [id('Incarnation', '1', 8), id('Incarnation', '2', 8)]

test('what the removed device wrote counts as far as anybody but itself has admitted it', () => {
  const heads = new Map([
    [chainKey(removed, first), { seq: 4, id: undefined }],
    [chainKey(other, first), { seq: 9, id: undefined }],
  ])
  const kept = new Map<string, ReadonlyMap<ChainKey, number>>([
    ['peer of another', new Map([[chainKey(removed, first), 6], [chainKey(removed, second), 1]])], // prettier-ignore
    ['its own peer', new Map([[chainKey(removed, first), 1_000_000]])],
  ])
  const replica = { docs: () => [{ docId, heads: () => heads }], kept: () => kept }
  const admitted = admittedOf(replica, { deviceId: removed, peerId: 'its own peer' })
  assert.deepEqual(admitted, new Map([[docId, new Map([[first, 6], [second, 1]])]])) // prettier-ignore
})

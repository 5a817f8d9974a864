import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBoundedCache } from './bounded-cache.ts'

test('a value is made once while it is remembered, and the one unused for longest is forgotten', () => {
  const cache = createBoundedCache<string>(2)
  const made: string[] = []
  const take = (key: string): string => {
    const make = (): string => {
      made.push(key)
      return key.toUpperCase()
    }
    return cache.take(key, make)
  }
  assert.deepEqual(['a', 'b', 'a', 'c', 'a', 'b'].map(take), ['A', 'B', 'A', 'C', 'A', 'B'])
  assert.deepEqual(made, ['a', 'b', 'c', 'b'])
})

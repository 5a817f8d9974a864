import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { placesToAsk, wrongPlaces } from './kit-check.ts'

test('three different places are asked, in order, and in time all of them', () => {
  const dice = createDice(5)
  const seen = new Set<number>()
  for (let round = 0; round < 200; round++) {
    const places = placesToAsk(24, dice)
    assert.equal(new Set(places).size, 3)
    assert.deepEqual(places, places.toSorted((a, b) => a - b)) // prettier-ignore
    for (const place of places) seen.add(place)
  }
  assert.equal(seen.size, 24)
})

test('a word typed back in another case is right, another word is named by its place', () => {
  const words = ['apple', 'brave', 'cloud']
  assert.deepEqual(wrongPlaces(words, new Map([[0, ' Apple '], [2, 'cloud']])), []) // prettier-ignore
  assert.deepEqual(wrongPlaces(words, new Map([[0, 'apple'], [1, 'cloud']])), [1]) // prettier-ignore
})

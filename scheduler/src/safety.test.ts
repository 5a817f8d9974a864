import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom } from '@cloudos/protocol/testing/random'
import type { KeptPlace } from './safety.ts'
import { documentSafetyWithout, safetyOf, safetyWithoutDomain } from './safety.ts'

const documents: ReadonlySet<string> = new Set()
const ROUNDS = 500

function drawnPlaces(seed: number): readonly KeptPlace[] {
  const random = createRandom(seed)
  return Array.from({ length: random.below(9) }, () => ({
    failureDomain: `domain ${String(random.below(4))}`,
    isWhole: random.below(3) > 0,
    documents: new Set(['notes', 'profile'].filter(() => random.below(2) > 0)),
  }))
}

test('safe is in two failure domains: one more copy in the same one, or one that is behind, changes nothing', () => {
  for (let seed = 0; seed < ROUNDS; seed++) {
    const places = drawnPlaces(seed)
    const { domains, isSafe } = safetyOf(places)
    assert.equal(isSafe, domains.length >= 2)
    const [held] = domains
    if (held !== undefined)
      assert.deepEqual(safetyOf([...places, { failureDomain: held, isWhole: true, documents }]).domains, domains)
    assert.deepEqual(safetyOf([...places, { failureDomain: 'elsewhere', isWhole: false, documents }]).domains, domains)
    assert.equal(
      safetyOf([...places, { failureDomain: 'elsewhere', isWhole: true, documents }]).domains.length,
      domains.length + 1,
    )
  }
})

test('whatever is safe survives the loss of any one failure domain, and what is not does not survive some', () => {
  for (let seed = 0; seed < ROUNDS; seed++) {
    const places = drawnPlaces(seed)
    const { domains, isSafe } = safetyOf(places)
    const left = domains.map((lost) => safetyWithoutDomain(places, lost).domains.length)
    assert.ok(left.every((count) => count === domains.length - 1))
    assert.equal(isSafe, domains.length > 0 && left.every((count) => count > 0))
  }
})

test('a document is safe by the failure domains that hold it, whether or not they hold everything, and without the one that is lost', () => {
  for (let seed = 0; seed < ROUNDS; seed++) {
    const places = drawnPlaces(seed)
    for (const lost of ['domain 0', 'elsewhere']) {
      const holding = places.filter((place) => place.documents.has('notes') && place.failureDomain !== lost)
      const { domains, isSafe } = documentSafetyWithout(places, lost, 'notes')
      assert.deepEqual(new Set(domains), new Set(holding.map(({ failureDomain }) => failureDomain)))
      assert.equal(isSafe, domains.length >= 2)
    }
  }
})

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parseSignedEntry } from '@cloudos/protocol/authority'
import { foldAuthority } from './authority-fold.ts'
import { authorityCases, summaryOf } from './testing/authority-cases.ts'
import { jsonFrom } from './testing/vectors.ts'
import { verifyEntries } from './verified-entry.ts'

test('the published logs are the ones built here, and every reader folds them as published', async () => {
  const cases = await authorityCases()
  assert.equal(readFileSync(new URL('../vectors/authority-folds.json', import.meta.url), 'utf8'), jsonFrom(cases))
  for (const { profileId, entries, fold } of cases) {
    const { verified, refused } = await verifyEntries(entries.toReversed().map(parsed))
    assert.deepEqual(refused, [])
    const state = foldAuthority(profileId, verified)
    assert.ok(state.ok)
    assert.deepEqual(summaryOf(state.value), fold)
  }
})

function parsed(bytes: Uint8Array) {
  const entry = parseSignedEntry(bytes)
  assert.ok(entry.ok)
  return entry.value
}

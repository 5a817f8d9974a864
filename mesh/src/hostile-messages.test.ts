import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzzTarget } from '@cloudos/protocol/testing/fuzz'
import { fuzzTargets } from './testing/fuzz-targets.ts'

for (const target of fuzzTargets) {
  test(`20,000 mutations of a ${target.name} crash nothing and have one spelling each`, () => {
    const report = fuzzTarget({ ...target, rounds: 20_000, seed: 7 })
    assert.ok(report.isSound, JSON.stringify(report))
    assert.ok(report.valid > 0)
  })
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runTheft } from './testing/theft.ts'

const SEEDS = 100

test(`what a removed device writes is taken by nobody who knows, and all agree, over ${String(SEEDS)} seeds with partitions`, async () => {
  let widenings = 0
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { widened, ...report } = await runTheft(seed)
    const best = { stillConnected: 0, laterTaken: 0, missing: 0, documents: 1 }
    assert.deepEqual(report, best, `seed ${String(seed)}`)
    widenings += widened
  }
  assert.ok(widenings > SEEDS / 10, `the first cut was too short ${String(widenings)} times`)
})

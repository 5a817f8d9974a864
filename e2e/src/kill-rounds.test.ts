import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runKillRounds } from './kill-rounds.ts'

test('an agent that is killed while it writes keeps every edit it has acknowledged, once, and no chain is frozen', async () => {
  const { acknowledged, lost, doubled, incidents } = await runKillRounds(15, 1)
  assert.ok(acknowledged > 0)
  assert.deepEqual({ lost, doubled, incidents }, { lost: [], doubled: [], incidents: [] })
})

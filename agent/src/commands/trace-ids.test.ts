import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { createTraceIds } from './trace-ids.ts'

test('trace ids are hex of 16 bytes, and neither one process nor two give one twice', () => {
  const [here, there] = [createTraceIds(createDice(1)), createTraceIds(createDice(2))]
  const ids = Array.from({ length: 500 }, () => [here(), there()]).flat()
  assert.equal(new Set(ids).size, 1000)
  for (const id of ids) assert.match(id, /^[0-9a-f]{32}$/)
})

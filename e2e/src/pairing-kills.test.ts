import assert from 'node:assert/strict'
import { test } from 'node:test'
import { killWhilePairing } from './pairing-kills.ts'
import type { Victim } from './pairing-kills.ts'

const ROUNDS = 10

for (const victim of ['joiner', 'inviter'] satisfies readonly Victim[])
  test(`when the ${victim} is killed while pairing, both start again, nothing is half done and nothing is lost`, async () => {
    const { wereIn, pairedAnew } = await killWhilePairing(victim, ROUNDS, 1)
    assert.equal(wereIn + pairedAnew, ROUNDS)
    assert.ok(wereIn > 0 && pairedAnew > 0, `${String(wereIn)} were in`)
  })

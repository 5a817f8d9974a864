import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide } from './decide.ts'
import type { Question } from './decide.ts'
import { OWN_RIGHT } from './grants.ts'
import { compareDecisions } from './testing/drawn-decisions.ts'

test('over 10,000 drawn callers, grants, tokens, commands and policies the decision is what a slow oracle says', () => {
  const { differences, outcomes } = compareDecisions(10_000, 7)
  assert.deepEqual(differences, [])
  assert.equal(outcomes.size, 10, 'every outcome was drawn')
})

test('false, null, a missing part and a word nobody knows all deny', () => {
  const whole: Question = {
    caller: { kind: 'owner' },
    command: { name: 'status', effect: 'reads', grant: { resource: 'agent:*', act: 'read' } },
    held: OWN_RIGHT.owner,
    policy: { rules: [] },
    budget: [],
    nowMs: 0,
  }
  assert.deepEqual(decide(whole), { allow: true })
  for (const part of ['caller', 'command', 'held', 'policy', 'budget'])
    for (const nothing of [undefined, null, false, {}, 'yes', true])
      assert.equal(decide({ ...whole, [part]: nothing }).allow, false, `${part} ${JSON.stringify(nothing)}`)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GRANTS_BY_CALLER, holdsGrant } from '@cloudos/protocol/grants'
import { verdictOf } from '@cloudos/protocol/policy'
import type { Policy } from '@cloudos/protocol/policy'
import { findCommand } from '@cloudos/protocol/registry'
import {
  ASKERS,
  chosenIn,
  COMMAND_CLASSES,
  otherRules,
  ruleText,
  VERDICTS,
  withChoice,
  withoutRule,
} from './permission-rules.ts'

test('every choice on the page is about commands there are, and about those who may ask for them', () => {
  for (const { label, subjects, askers } of COMMAND_CLASSES)
    for (const { kind } of ASKERS) {
      const commands = subjects.map((name) => findCommand(name) ?? assert.fail(name))
      const may = commands.some(({ grant }) => holdsGrant(GRANTS_BY_CALLER[kind], grant))
      assert.equal(may, askers.includes(kind), `${label} ${kind}`)
    }
})

test('what is chosen is what the agent then decides by, for that asker alone, and can be taken back', () => {
  for (const choice of COMMAND_CLASSES)
    for (const asker of choice.askers)
      for (const { value } of VERDICTS) {
        const before: Policy = { rules: [{ caller: 'anybody', subject: 'document.edit', verdict: 'ask' }] }
        const policy = withChoice(withChoice(before, asker, choice, 'ask'), asker, choice, value)
        assert.equal(chosenIn(policy, asker, choice), value)
        for (const { kind } of ASKERS)
          for (const name of choice.subjects) {
            const command = findCommand(name) ?? assert.fail(name)
            assert.equal(verdictOf(policy, kind, command), kind === asker ? value : 'allow', `${name} ${kind}`)
          }
        assert.deepEqual(withChoice(policy, asker, choice, 'allow'), before)
      }
})

test('a rule that no choice stands for is told in words and can be taken out', () => {
  const rules = [
    { caller: 'anybody', subject: 'job.run', verdict: 'ask' },
    { caller: 'page', subject: 'effect:controls', verdict: 'forbid' },
    { caller: 'device', subject: 'job.*', verdict: 'ask' },
    { caller: 'page', subject: 'job.run', verdict: 'ask' },
  ] as const
  const others = otherRules({ rules })
  assert.deepEqual(others.map(ruleText), [
    'Anybody: job.run is asked about first',
    'My browsers: commands that decide who is in control are never done',
    'My other devices: all job commands are asked about first',
  ])
  assert.deepEqual(withoutRule({ rules }, rules[1]).rules, [rules[0], rules[2], rules[3]])
})

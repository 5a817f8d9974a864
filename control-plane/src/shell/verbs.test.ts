import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AnyCommand } from '@cloudos/protocol/command'
import { COMMANDS } from '@cloudos/protocol/registry'
import { findActions } from './actions.ts'
import { isForPages, lineOf, verbActions, warningOf } from './verbs.ts'

test('every command of the registry has one entry in the command bar, found by what it says and by its line', () => {
  const chosen: AnyCommand[] = []
  const actions = verbActions((command) => {
    chosen.push(command)
  })
  for (const command of COMMANDS) {
    const mine = actions.filter(({ id }) => id === 'command-' + command.name)
    assert.equal(mine.length, 1, command.name)
    mine[0]?.run()
    assert.equal(chosen.at(-1), command)
    for (const query of [command.says, lineOf(command)])
      assert.ok(
        findActions(actions, query).some(({ id }) => id === 'command-' + command.name),
        `${command.name} by “${query}”`,
      )
  }
  assert.equal(actions.length, COMMANDS.length)
})

test('what reaches beyond the profile or decides over it is asked once more, reading and writing are not', () => {
  assert.deepEqual(
    (['reads', 'writes', 'leaves', 'spends', 'controls'] as const).map((effect) => warningOf(effect) !== undefined),
    [false, false, true, true, true],
  )
})

test('a page may ask for devices’ names, and stopping the agent is for its own terminal', () => {
  const named = (name: string): AnyCommand[] => COMMANDS.filter((command) => command.name === name)
  assert.deepEqual(named('device.rename').map(isForPages), [true])
  assert.deepEqual(named('down').map(isForPages), [false])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AnyCommand } from './command.ts'
import { jsonSchemaFrom } from './form-text.ts'
import { CALLER_KINDS, GRANTS_BY_CALLER, holdsGrant } from './grants.ts'
import { LIMITS } from './limits.ts'
import { COMMANDS, findCommand } from './registry.ts'
import { findResource } from './resource.ts'

for (const command of COMMANDS) {
  test(`${command.name} is declared whole: a name, a line of help, a grant somebody holds, and every input field explained`, () => {
    assert.match(command.name, /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*){0,3}$/)
    assert.match(command.says, /^[A-Z].*\.$/)
    assert.ok(command.says.length <= 100, 'one line')
    assert.ok(command.examples.length > 0)
    for (const line of command.examples)
      assert.ok(line.startsWith(`cloudos ${command.name.replaceAll('.', ' ')}`), line)
    assert.ok(findResource(command.grant.resource), 'a resource')
    assert.ok(command.timeoutMs > 0 && command.timeoutMs <= LIMITS.rpcMaxTimeoutMs)
    assert.deepEqual(unexplained(command), [])
    if (command.effect === 'spends') assert.ok(command.needsWaysBack, 'whoever spends can come back')
    assert.ok(
      CALLER_KINDS.some((kind) => holdsGrant(GRANTS_BY_CALLER[kind], command.grant)),
      'somebody may',
    )
    assert.ok(JSON.stringify([command.input, command.output].map(({ form }) => jsonSchemaFrom(form))))
  })
}

function unexplained({ input }: AnyCommand): readonly string[] {
  const fields = input.form.kind === 'record' ? input.form.fields : []
  return fields.filter(({ says }) => says === '').map(({ name }) => name)
}

test('each command is declared once, and found by its name', () => {
  assert.equal(new Set(COMMANDS.map(({ name }) => name)).size, COMMANDS.length)
  for (const command of COMMANDS) assert.equal(findCommand(command.name), command)
  assert.equal(findCommand('constructor'), undefined)
})

test('grants name resources that exist, and nobody but the owner opens the page or reads documents', () => {
  for (const grants of Object.values(GRANTS_BY_CALLER))
    for (const { resource } of grants) assert.ok(findResource(resource), resource)
  const holders = (resource: string, act: string) =>
    CALLER_KINDS.filter((kind) => holdsGrant(GRANTS_BY_CALLER[kind], { resource, act }))
  assert.deepEqual(holders('agent:*', 'open'), ['owner'])
  assert.deepEqual(holders('doc:*', 'write'), ['owner'])
  assert.deepEqual(holders('pair:*', 'control'), ['owner', 'page'])
  assert.deepEqual(holders('policy:*', 'control'), ['owner', 'page'])
  assert.deepEqual(holders('device:*', 'read'), ['owner', 'page', 'device'])
  assert.deepEqual(holders('nothing:*', 'read'), [])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commandLine } from '../testing/run-command.ts'

test('a token made at the terminal lets the command do what it says and nothing else, until it is taken back', async (t) => {
  const cloudos = commandLine(t)
  await cloudos.run('up')
  const deviceId = fieldOf((await cloudos.json('status'))['result'], 'deviceId')
  const issued = (await cloudos.json('token', 'issue', deviceId, '10m', 'agent:* read'))['result']
  const shown = { CLOUDOS_TOKEN: fieldOf(issued, 'token') }
  const status = await cloudos.runWith(shown, 'status')
  assert.equal(status.code, 0, status.err)
  const listed = await cloudos.runWith(shown, 'job', 'list', '--json')
  assert.match(listed.out, /"code":"not-allowed"/)
  const policy = await cloudos.run('token', 'issue', deviceId, '10m', 'policy:* control')
  assert.deepEqual([policy.code, policy.out], [1, ''])
  await cloudos.run('token', 'revoke', fieldOf(issued, 'tokenId'))
  const refused = await cloudos.runWith(shown, 'status', '--json')
  assert.match(refused.out, /"code":"token-revoked"/)
  assert.match((await cloudos.run('token', 'list')).out, /revoked/)
  const rubbish = await cloudos.runWith({ CLOUDOS_TOKEN: '!' }, 'status')
  assert.equal(rubbish.code, 2)
})

function fieldOf(value: unknown, name: string): string {
  assert.ok(typeof value === 'object' && value !== null)
  const field: unknown = { ...value }[name as never]
  assert.ok(typeof field === 'string', name)
  return field
}

import assert from 'node:assert/strict'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { listApprovalsCommand, refuseApprovalCommand, watchApprovalsCommand } from '@cloudos/protocol/approval-commands'
import { APPROVAL_LASTS_MS, APPROVALS_PENDING_MAX } from '@cloudos/protocol/budgets'
import { openCommand } from '@cloudos/protocol/commands'
import type { Json } from '@cloudos/protocol/json-record'
import { setPolicyCommand } from '@cloudos/protocol/policy-commands'
import { parseConfig } from '../config.ts'
import { commandLine } from '../testing/run-command.ts'
import { openAgentDoor } from './agent-door.ts'
import type { AgentDoor } from './agent-door.ts'
import { exitCodeOf } from './exit-code.ts'
import { listOf, textOf } from './json-fields.ts'

test('where the owner asks first, a no ends the command with 3, and one request too many with 8', async (t) => {
  const cloudos = commandLine(t)
  await cloudos.run('up')
  const door = await openAgentDoor(socketOf(cloudos.folder))
  t.after(() => {
    door.close()
  })
  await door.ask(setPolicyCommand, { rules: [{ caller: 'owner', subject: 'open', verdict: 'ask' }] })
  const others = Array.from({ length: APPROVALS_PENDING_MAX - 1 }, () =>
    assert.rejects(door.ask(openCommand, {}, { timeoutMs: APPROVAL_LASTS_MS }), { code: 'approval-refused' }),
  )
  const refused = cloudos.run('open')
  const pending = await untilPending(door, APPROVALS_PENDING_MAX)
  const tooMany = await cloudos.run('open')
  assert.deepEqual([tooMany.code, tooMany.out], [8, ''])
  for (const one of pending)
    await door.ask(refuseApprovalCommand, { approvalId: textOf(one, 'approvalId'), hash: textOf(one, 'hash') })
  const { code, out, err } = await refused
  assert.deepEqual([code, out], [3, ''])
  assert.match(err, /said no/)
  await Promise.all(others)
  assert.deepEqual(listOf(await door.ask(listApprovalsCommand, {}), 'pending'), [])
})

test('every code by which an approval ends has its own end of the command', () => {
  const codes = ['approval-refused', 'approval-expired', 'approval-invalid', 'too-many-approvals']
  assert.deepEqual(codes.map(exitCodeOf), [3, 3, 3, 8])
})

/** Resolves with what waits, once that many do. */
function untilPending(door: AgentDoor, count: number): Promise<readonly Json[]> {
  const enough = new AbortController()
  return new Promise((resolve, reject) => {
    const onEvent = (event: Json): void => {
      const pending = listOf(event, 'pending')
      if (pending.length < count) return
      resolve(pending)
      enough.abort()
    }
    door.ask(watchApprovalsCommand, {}, { signal: enough.signal, onEvent }).catch(reject)
  })
}

function socketOf(folder: string): string {
  const config = parseConfig({
    env: { CLOUDOS_HOME: join(folder, 'home'), XDG_RUNTIME_DIR: folder },
    args: [],
    platform: process.platform,
    userHome: folder,
    temporaryFolder: folder,
    userName: userInfo().username,
  })
  assert.ok(config.ok)
  return config.value.socketPath
}

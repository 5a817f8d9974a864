import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createRpcClient } from '@cloudos/mesh/rpc'
import { SteppedClock } from '@cloudos/mesh/testing/stepped-clock'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { QUICK_MS } from '@cloudos/protocol/command'
import { readDocumentCommand } from '@cloudos/protocol/commands'
import { setPolicyCommand } from '@cloudos/protocol/policy-commands'
import { encodeRecord } from '@cloudos/protocol/record'
import { register } from '../commands/register.ts'
import { openDispatch, rpcCall } from '../testing/open-dispatch.ts'
import { openCommandDoor } from './command-door.ts'
import { createSocketChannel } from './socket-channel.ts'

/** A document that is never done reading: its command ends with its deadline. */
const endless = register({
  shape: readDocumentCommand,
  run: (_input, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => { reject(new CloudError('cut-off', 'Cut off.')) }) // prettier-ignore
    }),
})

async function askingDoor(t: TestContext) {
  const clock = new SteppedClock(1_000)
  const { dispatch, approvals } = await openDispatch(t, clock, [endless])
  const rules = [{ caller: 'owner', subject: 'document.read', verdict: 'ask' }] as const
  await dispatch({ kind: 'owner' }, rpcCall('policy.set', encodeRecord(setPolicyCommand.input, { rules })))
  const folder = mkdtempSync(join(tmpdir(), 'door-'))
  const path = join(folder, 'run', 'socket')
  const door = await openCommandDoor(path, dispatch, clock)
  const client = createRpcClient(createSocketChannel(connect(path), 'agent'))
  t.after(async () => {
    client.close()
    await door.close()
    rmSync(folder, { recursive: true })
  })
  const params = encodeRecord(readDocumentCommand.input, { document: 'notes' })
  const asks = (onWaits: (forMs: number) => void) =>
    client.call('document.read', params, { timeoutMs: QUICK_MS, onWaits })
  return { clock, approvals, asks }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('a command over the socket waits minutes for its yes, and has its whole time after it', async (t) => {
  const { clock, approvals, asks } = await askingDoor(t)
  const waits = Promise.withResolvers<number>()
  let ended = ''
  const asked = asks(waits.resolve).catch((cause: unknown) => (ended = cause instanceof CloudError ? cause.code : ''))
  assert.equal(await waits.promise, 300_000)
  clock.step(4 * 60_000)
  await turn()
  const [pending = assert.fail()] = approvals.list()
  approvals.give(pending, { kind: 'owner' })
  while (approvals.list().length > 0 || clock.sleeping === 0) await turn()
  clock.step(QUICK_MS - 1)
  await turn()
  assert.equal(ended, '')
  clock.step(1)
  await asked
  assert.equal(ended, 'cut-off')
})

test('silence ends a command that waits after five minutes, and a no at once', async (t) => {
  const { clock, approvals, asks } = await askingDoor(t)
  const waits = Promise.withResolvers<number>()
  const silent = assert.rejects(asks(waits.resolve), { code: 'approval-expired' })
  await waits.promise
  clock.step(5 * 60_000)
  await silent
  const again = Promise.withResolvers<number>()
  const refused = assert.rejects(asks(again.resolve), { code: 'approval-refused' })
  await again.promise
  const [pending = assert.fail()] = approvals.list()
  approvals.refuse(pending, { kind: 'owner' })
  await refused
})

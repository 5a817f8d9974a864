import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statusCommand } from '@cloudos/protocol/commands'
import { listAuditCommand } from '@cloudos/protocol/audit-commands'
import { jobLogsCommand, jobReceiptCommand, runJobCommand, showJobCommand } from '@cloudos/protocol/job-commands'
import { eventually } from './eventually.ts'
import { startAgent } from './agent-process.ts'
import { createHome } from './home.ts'
import { createOwner } from './owner.ts'

test('a job that is asked for on one agent runs on another, and its log and receipt stay on both', async () => {
  await using house = new AsyncDisposableStack()
  const a = house.use(await startAgent(house.use(await createHome())))
  const owner = await createOwner()
  await owner.enrol(a)
  const b = house.use(await owner.startPaired(a, house.use(await createHome())))
  const { deviceId: device } = await b.call(statusCommand, {})
  const sample = { name: 'sample', program: { kind: 'builtin', name: 'sample' }, args: ['30'], device } as const
  const { jobId } = await a.call(runJobCommand, sample)
  const ended = await eventually('the job has ended on the agent that asked', async () => {
    const { job } = await a.call(showJobCommand, { jobId })
    return job.phase === 'done' ? job : undefined
  })
  assert.deepEqual([ended.deviceId, ended.end], [device, { reason: 'ok', exitCode: 0 }])
  const proof = await b.call(jobReceiptCommand, { jobId })
  assert.deepEqual(await a.call(jobReceiptCommand, { jobId }), proof)
  for (const agent of [a, b]) {
    const { bytes } = await agent.firstEvent(jobLogsCommand, { jobId })
    assert.match(
      new TextDecoder().decode(bytes),
      /^The primes up to 30:\n2 3 5 7 11 .*\n10 primes; their sum is 129\.\n$/,
    )
  }
})

test('one trace id leads from the asking to the jobs and the audit chains of both devices', async () => {
  await using house = new AsyncDisposableStack()
  const a = house.use(await startAgent(house.use(await createHome())))
  const owner = await createOwner()
  await owner.enrol(a)
  const b = house.use(await owner.startPaired(a, house.use(await createHome())))
  const { deviceId: device } = await b.call(statusCommand, {})
  const sample = { name: 'sample', program: { kind: 'builtin', name: 'sample' }, args: ['30'], device } as const
  const { jobId, traceId } = await a.call(runJobCommand, sample)
  assert.ok(traceId)
  await eventually('the job has ended on the agent that asked', async () => {
    const { job } = await a.call(showJobCommand, { jobId })
    return job.phase === 'done' ? job : undefined
  })
  assert.equal((await b.call(showJobCommand, { jobId })).job.traceId, traceId)
  const decided = async (agent: typeof a) =>
    (await agent.call(listAuditCommand, { traceId })).entries.map(({ action }) => action)
  assert.deepEqual(await decided(a), ['job.run'])
  assert.ok((await decided(b)).includes('job.offer'))
})

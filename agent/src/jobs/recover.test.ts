import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createDeviceSeeds, deviceIdentityFrom } from '@cloudos/crypto/device-identity'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { JobId } from '@cloudos/protocol/ids'
import type { JobView } from '@cloudos/protocol/job-state'
import type { JobEvent } from '@cloudos/scheduler/job-life'
import { createDisk } from '../disk.ts'
import { openJournal } from '../journal/journal.ts'
import { nodeClock, nodeRng } from '../node-ports.ts'
import { createReserve } from '../reserve.ts'
import { folderFor } from '../testing/run-agent.ts'
import { planHost } from './host-plan.ts'
import { Jobs } from './jobs.ts'
import { signNewSpec } from './new-spec.ts'
import { buildSample } from './sample/sample.ts'
import { WasmExecutor } from './wasm-executor.ts'

const identity = deviceIdentityFrom(createDeviceSeeds(nodeRng))
const { deviceId } = identity

/** The jobs of one home as an agent that starts there has them. */
function openIn(t: TestContext, home: string): Jobs {
  const folder = join(home, 'empty')
  mkdirSync(folder, { recursive: true })
  const journal = openJournal(join(home, 'journal.db'), 0, createReserve(join(home, 'reserve')))
  const hostFile = join(import.meta.dirname, 'host', 'main.ts')
  const plan = planHost({ node: process.execPath, hostFile, folder, userId: process.getuid?.() })
  const nobody = { ask: () => Promise.reject(new CloudError('not-connected', 'There is nobody.')) }
  const jobs = new Jobs({
    ...{ identity, book: journal.jobs, clock: nodeClock, rng: nodeRng, version: 'test', peers: nobody },
    logs: createDisk(join(home, 'logs')),
    content: createDisk(join(home, 'content')),
    executor: new WasmExecutor(() => Promise.resolve(plan), nodeClock),
    keyOf: () => identity.signer.publicKey,
    choose: () => Promise.resolve({ deviceId }),
  })
  t.after(async () => {
    await jobs[Symbol.asyncDispose]()
    journal.close()
  })
  return jobs
}

/** A job as an agent leaves it in the journal that is killed after these moves. */
async function leaveAfter(jobs: Jobs, events: readonly JobEvent[], neverTwice: boolean): Promise<JobId> {
  const moduleHash = await jobs.content.put(buildSample())
  const request = { name: 'sample', program: { kind: 'builtin', name: 'sample' } } as const
  const parts = { identity, provider: deviceId, moduleHash, nowMs: nodeClock.nowMs(), rng: nodeRng }
  const { spec, signed } = await signNewSpec(request, parts)
  const nothing = { key: undefined, startedAtMs: undefined, endedAtMs: undefined, isolation: undefined }
  jobs.record.add(
    {
      ...{ jobId: spec.jobId, name: 'sample', spec: signed, askedBy: deviceId, deviceId, neverTwice },
      ...{ phase: 'created', attempt: 1, createdAtMs: nodeClock.nowMs() },
      ...{ ...nothing, end: undefined, outcome: undefined, placement: undefined, traceId: undefined },
    },
    events,
  )
  return spec.jobId
}

async function endedOf(jobs: Jobs, jobId: JobId): Promise<JobView> {
  await (
    await jobs.watch(jobId)
  ).ended
  return (await jobs.show(jobId)).job
}

const STATES: readonly (readonly JobEvent[])[] = [
  [],
  ['queue'],
  ['queue', 'place'],
  ['queue', 'place', 'stage'],
  ['queue', 'place', 'stage', 'start'],
]

test('a restart takes a job up from every state it can be left in, and runs none twice that may not be', async (t) => {
  const jobs = openIn(t, folderFor(t))
  const left: { jobId: JobId; started: boolean; neverTwice: boolean }[] = []
  for (const events of STATES)
    for (const neverTwice of [true, false])
      left.push({ jobId: await leaveAfter(jobs, events, neverTwice), started: events.includes('start'), neverTwice })
  await jobs.start()
  for (const { jobId, started, neverTwice } of left) {
    const { phase, attempt } = await endedOf(jobs, jobId)
    const wanted = started && neverTwice ? ['lost', 1] : ['done', started ? 2 : 1]
    assert.deepEqual([phase, attempt], wanted)
  }
})

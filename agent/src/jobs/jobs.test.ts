import assert from 'node:assert/strict'
import { readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { deviceIdentityFrom } from '@cloudos/crypto/device-identity'
import { hashId } from '@cloudos/crypto/hash'
import { verifyJobProof } from '@cloudos/crypto/jobs/job-proof'
import { utf8 } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import {
  attachJobCommand,
  cancelJobCommand,
  jobLogsCommand,
  jobOutputCommand,
  jobReceiptCommand,
  listJobsCommand,
  putJobBytesCommand,
  runJobCommand,
  showJobCommand,
} from '@cloudos/protocol/job-commands'
import type { JobRequest } from '@cloudos/protocol/job-commands'
import type { JobView } from '@cloudos/protocol/job-state'
import { openDeviceSeeds } from '../device-key.ts'
import { createDisk } from '../disk.ts'
import { nodeRng } from '../node-ports.ts'
import { connectOwner } from '../testing/owner-commands.ts'
import type { OwnerCommands } from '../testing/owner-commands.ts'
import { folderFor, runAgent } from '../testing/run-agent.ts'
import type { RunningAgent } from '../testing/run-agent.ts'
import { copyInput, ENDLESS } from './testing/hostile.ts'

const SAMPLE: JobRequest = { name: 'sample', program: { kind: 'builtin', name: 'sample' }, args: ['20'] }
const SAID = 'The primes up to 20:\n2 3 5 7 11 13 17 19\n8 primes; their sum is 77.\n'

async function startIn(t: TestContext, home: string): Promise<{ agent: RunningAgent; owner: OwnerCommands }> {
  const agent = runAgent(t, home)
  await agent.saying(/ready in/)
  return { agent, owner: await connectOwner(t, home) }
}

async function start(t: TestContext) {
  const home = join(folderFor(t), 'home')
  return { home, ...(await startIn(t, home)) }
}

async function attached(owner: OwnerCommands, { jobId }: JobView): Promise<{ job: JobView; log: string }> {
  let log = ''
  const job = await owner.ask(attachJobCommand, { jobId }, (news) => {
    if (news.kind === 'log') log += new TextDecoder().decode(news.bytes)
  })
  return { job, log }
}

/** Resolves when the job is running. */
async function running(owner: OwnerCommands, { jobId }: JobView): Promise<void> {
  const runs = Promise.withResolvers<void>()
  const look = ({ phase }: JobView): void => {
    if (phase === 'running') runs.resolve()
  }
  void owner
    .ask(attachJobCommand, { jobId }, (news) => {
      if (news.kind === 'job') look(news.job)
    })
    .catch(() => undefined)
  look((await owner.ask(showJobCommand, { jobId })).job)
  await runs.promise
}

/** The job-hosts that lie in this home; a folder is named by the kernel for its owner alone. */
function hostsIn(home: string): readonly string[] {
  return readdirSync('/proc').filter(
    (pid) => /^\d+$/.test(pid) && folderOf(pid)?.startsWith(join(home, 'jobs')) === true,
  )
}

function folderOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return undefined // gone meanwhile, or somebody else's
  }
}

/** A host that is warm may be left; those of the jobs, and of the agent that was killed, go by themselves. */
async function untilNoneIn(home: string): Promise<number> {
  const deadlineMs = performance.now() + 10_000
  while (hostsIn(home).length > 1 && performance.now() < deadlineMs)
    await new Promise((resolve) => setImmediate(resolve))
  return Math.max(0, hostsIn(home).length - 1)
}

async function refusalOf(asking: Promise<unknown>): Promise<string> {
  try {
    await asking
  } catch (cause) {
    if (cause instanceof CloudError) return cause.code
    throw cause
  }
  return 'none'
}

test('the sample job runs, its log can be read from any offset, and its receipt proves the run', async (t) => {
  const { home, owner } = await start(t)
  const asked = await owner.ask(runJobCommand, SAMPLE)
  const { job, log } = await attached(owner, asked)
  assert.deepEqual([job.phase, job.end, log], ['done', { reason: 'ok', exitCode: 0 }, SAID])
  assert.equal(job.isolation?.tier, 1)
  const { jobId } = job
  let rest = ''
  const { nextOffset } = await owner.ask(jobLogsCommand, { jobId, offset: 4, follow: true }, ({ bytes }) => {
    rest += new TextDecoder().decode(bytes)
  })
  assert.deepEqual([rest, nextOffset], [SAID.slice(4), SAID.length])
  const proof = await owner.ask(jobReceiptCommand, { jobId })
  const { deviceId, signer } = deviceIdentityFrom(await openDeviceSeeds(createDisk(join(home, 'keys')), nodeRng))
  const keyOf = (id: string) => (id === deviceId ? signer.publicKey : undefined)
  const proven = await verifyJobProof(proof, keyOf)
  assert.ok(proven.ok)
  assert.equal(proof.stdout, hashId(utf8(SAID)))
  const forged = { ...proof, stdout: hashId(utf8('another output')) }
  assert.deepEqual(await verifyJobProof(forged, keyOf), { ok: false, error: 'other-outputs' })
  const phases = (await owner.ask(showJobCommand, { jobId })).moves.map(({ phase }) => phase)
  assert.deepEqual(phases, ['created', 'queued', 'placed', 'staging', 'running', 'done'])
  const second = await attached(owner, await owner.ask(runJobCommand, SAMPLE))
  const next = await verifyJobProof(await owner.ask(jobReceiptCommand, { jobId: second.job.jobId }), keyOf)
  assert.ok(next.ok)
  assert.notEqual(next.value.receipt.prev, proven.value.receipt.prev)
})

test('a program gets its inputs by name and leaves outputs that can be fetched', async (t) => {
  const { owner } = await start(t)
  const bytes = utf8('a file that was sent in two pieces')
  const file = { hash: hashId(bytes), sizeBytes: bytes.length }
  const half = { ...file, offset: 0, bytes: bytes.subarray(0, 10) }
  assert.deepEqual(await owner.ask(putJobBytesCommand, half), { haveBytes: 10 })
  await owner.ask(putJobBytesCommand, { ...file, offset: 10, bytes: bytes.subarray(10) })
  const asked = await owner.ask(runJobCommand, {
    name: 'copy.wasm',
    program: { kind: 'inline', module: copyInput },
    inputs: [{ ...file, name: 'in' }],
  })
  const { job } = await attached(owner, asked)
  assert.equal(job.phase, 'done')
  const { outputs } = await owner.ask(showJobCommand, { jobId: job.jobId })
  assert.deepEqual(outputs, [{ name: 'out', ...file }])
  const output = await owner.ask(jobOutputCommand, { jobId: job.jobId, name: 'out', offset: 2 })
  assert.deepEqual(output, { sizeBytes: bytes.length, bytes: bytes.subarray(2) })
})

test('what cannot be run is refused by name, and nothing is written down', async (t) => {
  const { owner } = await start(t)
  const bytes = (module: Uint8Array): JobRequest => ({ name: 'x', program: { kind: 'inline', module } })
  const refused = (request: JobRequest): Promise<string> => refusalOf(owner.ask(runJobCommand, request))
  assert.equal(await refused(bytes(utf8('garbage'))), 'not-wasm')
  assert.equal(await refused(bytes(copyInput.subarray(0, 60))), 'module-damaged')
  assert.equal(await refused({ ...SAMPLE, minTier: 3 }), 'tier-too-weak')
  assert.equal(
    await refused({ ...SAMPLE, program: { kind: 'stored', hash: hashId(utf8('unknown')) } }),
    'content-missing',
  )
  assert.deepEqual(await owner.ask(listJobsCommand, {}), { jobs: [] })
})

test('the same key gives the same job, and a job that is cancelled ends as cancelled', async (t) => {
  const { owner } = await start(t)
  const request: JobRequest = { name: 'endless', program: { kind: 'inline', module: ENDLESS }, key: '11'.repeat(16) }
  const one = await owner.ask(runJobCommand, request)
  const two = await owner.ask(runJobCommand, request)
  assert.equal(two.jobId, one.jobId)
  await running(owner, one)
  const cancelled = await owner.ask(cancelJobCommand, { jobId: one.jobId })
  assert.deepEqual([cancelled.phase, cancelled.end?.reason], ['cancelled', 'cancelled'])
})

test('after a kill -9 a never-twice job is lost, another is run again, one that waited still waits, and no process is left', async (t) => {
  const { home, agent, owner } = await start(t)
  const endless = { name: 'endless', program: { kind: 'inline', module: ENDLESS } } as const
  const once = await owner.ask(runJobCommand, { ...endless, neverTwice: true })
  const again = await owner.ask(runJobCommand, endless)
  await Promise.all([running(owner, once), running(owner, again)])
  const waits = await owner.ask(runJobCommand, endless)
  const before = (await owner.ask(showJobCommand, { jobId: waits.jobId })).job.phase
  assert.ok(hostsIn(home).length >= 2)
  await agent.kill('SIGKILL')

  const { owner: after } = await startIn(t, home)
  const shown = async ({ jobId }: JobView): Promise<JobView> => (await after.ask(showJobCommand, { jobId })).job
  assert.equal((await shown(once)).phase, 'lost')
  await running(after, again)
  assert.equal((await shown(again)).attempt, 2)
  assert.ok(['queued', 'running'].includes(before))
  for (const job of [again, waits])
    assert.equal((await after.ask(cancelJobCommand, { jobId: job.jobId })).phase, 'cancelled')
  assert.equal(await untilNoneIn(home), 0)
})

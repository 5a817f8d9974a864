import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { hashId } from '@cloudos/crypto/hash'
import type { Turns } from '@cloudos/mesh/turns'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Hash } from '@cloudos/protocol/ids'
import type { JobSpec } from '@cloudos/protocol/job-spec'
import type { Isolation, JobEnd, JobOutput } from '@cloudos/protocol/job-state'
import type { Clock } from '@cloudos/protocol/ports'
import type { JobEvent } from '@cloudos/scheduler/job-life'
import type { JobBook } from '../journal/jobs.ts'
import { admitModule } from './admit-module.ts'
import type { Content } from './content.ts'
import type { Berth, Executor, LeftFile, Task, TaskResult } from './executor.ts'
import type { JobRecord } from './job-record.ts'
import { encodeEnd, encodeIsolation, encodeOutcome, specOf } from './kept-job.ts'
import type { LiveJob } from './live-job.ts'
import type { Slots } from './slots.ts'
import { writeReceipt } from './write-receipt.ts'

export interface RunParts {
  readonly record: JobRecord
  readonly book: JobBook
  readonly content: Content
  readonly executor: Executor
  readonly slots: Slots
  /** Receipts name the one before: written one at a time. */
  readonly receipts: Turns
  readonly identity: DeviceIdentity
  readonly clock: Clock
  readonly version: string
  /** Aborts when the agent is being closed: jobs are then left as they are in the journal. */
  readonly closing: AbortSignal
}

/** Takes a job that is to run here from where it is to its end. */
export async function runHere(live: LiveJob, parts: RunParts): Promise<void> {
  const { record, slots, closing } = parts
  const stop = AbortSignal.any([live.cancel.signal, closing])
  if (record.get(live.jobId).phase === 'created') record.move(live.jobId, ['queue'])
  const giveBack = await slots.take(stop)
  if (closing.aborted) return
  if (giveBack === undefined) {
    await endUnrun(live, parts, 'cancel', { reason: 'cancelled' })
    return
  }
  try {
    const isPlaced = record.get(live.jobId).phase === 'placed'
    record.move(live.jobId, isPlaced ? ['stage'] : ['place', 'stage'])
    await runStaged(live, parts, stop)
  } finally {
    giveBack()
    parts.executor.warmUp()
  }
}

async function runStaged(live: LiveJob, parts: RunParts, stop: AbortSignal): Promise<void> {
  const { value: spec } = specOf(parts.record.get(live.jobId))
  const berth = await stage(live, parts, spec)
  if (berth === undefined) return
  const [task, place] = berth
  try {
    if (stop.aborted) {
      if (!parts.closing.aborted) await endUnrun(live, parts, 'cancel', { reason: 'cancelled' })
      return
    }
    await live.log.restart()
    const startedAtMs = parts.clock.nowMs()
    // On the disk before the program starts: what was not written down has not run.
    parts.record.move(live.jobId, ['start'], { startedAtMs, isolation: encodeIsolation(place.isolation) })
    const result = await place.run(task, (stream, bytes) => live.log.write(stream, bytes), stop)
    if (!parts.closing.aborted) await finish(live, parts, { result, startedAtMs, isolation: place.isolation })
  } finally {
    await place[Symbol.asyncDispose]()
  }
}

/** Everything the run needs, or the end of the job with the reason why not. */
async function stage(live: LiveJob, parts: RunParts, spec: JobSpec): Promise<readonly [Task, Berth] | undefined> {
  try {
    const module = admitModule(await fetched(parts.content, spec.moduleHash), spec.limits.memoryMiB)
    const inputs: Task['inputs'][number][] = []
    for (const { name, hash } of spec.inputs) inputs.push({ name, bytes: await fetched(parts.content, hash) })
    const place = await parts.executor.takeBerth()
    if (place.isolation.tier < spec.minTier) {
      await place[Symbol.asyncDispose]()
      throw tooWeak(place.isolation, spec)
    }
    return [{ module, args: spec.args, inputs, limits: spec.limits, seed: spec.nonce }, place]
  } catch (cause) {
    if (!(cause instanceof CloudError)) throw cause
    await endUnrun(live, parts, 'fail', { reason: 'crash', says: `It was not started. ${cause.message}`.slice(0, 500) })
    return undefined
  }
}

export function tooWeak(isolation: Isolation, { minTier }: Pick<JobSpec, 'minTier'>): CloudError {
  return new CloudError(
    'tier-too-weak',
    `The job asks for isolation of tier ${String(minTier)} at least; this device has tier ${String(isolation.tier)} (${isolation.name}). It was not run.`,
  )
}

async function fetched(content: Content, hash: Hash): Promise<Uint8Array> {
  const bytes = await content.find(hash)
  if (bytes === undefined)
    throw new CloudError(
      'content-missing',
      `What has the hash ${hash.slice(0, 12)}… is not on this device. Send it first.`,
    )
  return bytes
}

async function endUnrun(live: LiveJob, parts: RunParts, event: JobEvent, end: JobEnd): Promise<void> {
  await live.log.end()
  parts.record.move(live.jobId, [event], { end: encodeEnd(end) })
}

interface Ran {
  readonly result: TaskResult
  readonly startedAtMs: number
  readonly isolation: Isolation
}

async function finish(live: LiveJob, parts: RunParts, { result, startedAtMs, isolation }: Ran): Promise<void> {
  await live.log.end()
  const outputs = await keepFiles(result.files, parts.content)
  await parts.receipts.run(async () => {
    const { end, usage } = result
    const { stdout } = live.log
    const endedAtMs = parts.clock.nowMs()
    const spec = specOf(parts.record.get(live.jobId))
    const { version: agentVersion } = parts
    const prev = parts.book.lastReceipt()
    const run = { spec, end, usage, stdout, outputs, startedAtMs, endedAtMs, isolation, agentVersion, prev }
    const { hash, proof } = await writeReceipt(run, parts.identity)
    const outcome = encodeOutcome({ usage, stdout, outputs, receipt: proof })
    parts.record.move(live.jobId, [eventOf(end)], { end: encodeEnd(end), outcome, endedAtMs }, hash)
  })
}

export function eventOf({ reason }: JobEnd): JobEvent {
  return reason === 'ok' ? 'finish' : reason === 'cancelled' ? 'cancel' : 'fail'
}

async function keepFiles(files: readonly LeftFile[], content: Content): Promise<readonly JobOutput[]> {
  const outputs: JobOutput[] = []
  for (const { name, bytes } of files) {
    await content.put(bytes)
    outputs.push({ name, hash: hashId(bytes), sizeBytes: bytes.length })
  }
  return outputs
}

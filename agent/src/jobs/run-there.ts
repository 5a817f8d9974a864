import { verifyJobProof } from '@cloudos/crypto/jobs/job-proof'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DeviceId } from '@cloudos/protocol/ids'
import {
  attachJobCommand,
  cancelJobCommand,
  jobOutputCommand,
  jobReceiptCommand,
  offerJobCommand,
  putJobBytesCommand,
  showJobCommand,
} from '@cloudos/protocol/job-commands'
import type { JobNews } from '@cloudos/protocol/job-commands'
import type { JobOutput, JobView } from '@cloudos/protocol/job-state'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Clock } from '@cloudos/protocol/ports'
import { backoffMs } from '@cloudos/scheduler/backoff'
import { hasEnded } from '@cloudos/scheduler/job-life'
import { isOutOfReach } from '../peers-rpc.ts'
import type { PeerCommands } from '../peers-rpc.ts'
import type { Content } from './content.ts'
import type { JobRecord } from './job-record.ts'
import { encodeEnd, encodeIsolation, encodeOutcome, specOf } from './kept-job.ts'
import type { Outcome } from './kept-job.ts'
import type { LiveJob } from './live-job.ts'

export interface ThereParts {
  readonly record: JobRecord
  readonly content: Content
  readonly peers: PeerCommands
  /** The signing key of a member. */
  readonly keyOf: (deviceId: DeviceId) => Uint8Array | undefined
  readonly clock: Clock
  readonly closing: AbortSignal
}

const BACKOFF = { firstMs: 250, maxMs: 10_000 }

/**
 * Takes a job that runs on another device to its end: what that device says of it is kept here too, so that log, outputs and receipt
 * stay when it is off. A connection that breaks is taken up where it was; offering the same spec again starts nothing twice.
 */
export async function runThere(live: LiveJob, parts: ThereParts): Promise<void> {
  const { record, clock, closing } = parts
  const { value: spec } = specOf(record.get(live.jobId))
  if (record.get(live.jobId).phase === 'queued') record.move(live.jobId, ['place'])
  const stop = AbortSignal.any([live.cancel.signal, closing])
  // Once it may have been taken there, only that device can say how it ended.
  const offered = { yet: record.get(live.jobId).phase === 'running' }
  for (let attempt = 0; !closing.aborted; attempt++) {
    try {
      await follow(live, parts, offered)
      return
    } catch (cause) {
      if (!(cause instanceof CloudError) || closing.aborted) throw cause
      if (!isOutOfReach(cause)) {
        await giveUp(live, parts, `The other device did not take it. ${cause.message}`)
        return
      }
    }
    if (live.cancel.signal.aborted && !offered.yet) {
      await live.log.end()
      record.move(live.jobId, ['cancel'], { end: encodeEnd({ reason: 'cancelled' }) })
      return
    }
    if (clock.nowMs() >= spec.expiresAtMs) {
      await giveUp(live, parts, 'The other device was out of reach until the job had lapsed.')
      return
    }
    await clock.sleep(backoffMs(attempt, attempt, BACKOFF), offered.yet ? closing : stop)
  }
}

async function follow(live: LiveJob, parts: ThereParts, offered: { yet: boolean }): Promise<void> {
  const { record, peers } = parts
  const { jobId, log } = live
  const { deviceId, name, neverTwice, spec, traceId } = record.get(jobId)
  await sendContent(live, parts)
  if (live.cancel.signal.aborted && !offered.yet)
    throw new CloudError('not-connected', 'Cancelled before it was offered.')
  offered.yet = true
  mirror(live, parts, await peers.ask(deviceId, offerJobCommand, { name, spec, neverTwice }, { traceId }))
  const cancel = (): void => {
    // What comes of it is seen by following; out of reach it is asked again with the rest.
    peers.ask(deviceId, cancelJobCommand, { jobId }, { traceId }).catch(() => undefined)
  }
  live.cancel.signal.addEventListener('abort', cancel)
  if (live.cancel.signal.aborted) cancel()
  try {
    const onEvent = (news: JobNews): void => {
      if (news.kind === 'job') mirror(live, parts, news.job)
      else if (news.offset === log.sizeBytes) log.write(news.stream, news.bytes)
    }
    const followed = { timeoutMs: LIMITS.rpcMaxTimeoutMs, signal: parts.closing, traceId, onEvent }
    const ended = await peers.ask(deviceId, attachJobCommand, { jobId, offset: log.sizeBytes }, followed)
    await keepEnd(live, parts, ended)
  } finally {
    live.cancel.signal.removeEventListener('abort', cancel)
  }
}

async function sendContent({ jobId }: LiveJob, { record, content, peers }: ThereParts): Promise<void> {
  const job = record.get(jobId)
  const { traceId } = job
  const { moduleHash, inputs } = specOf(job).value
  for (const hash of new Set([moduleHash, ...inputs.map((input) => input.hash)])) {
    const bytes = await content.find(hash)
    if (bytes === undefined) throw new CloudError('content-missing', 'The program or an input of the job is gone here.')
    const sizeBytes = bytes.length
    let offset = await peers
      .ask(job.deviceId, putJobBytesCommand, { hash, sizeBytes, offset: 0, bytes: new Uint8Array() }, { traceId })
      .then(({ haveBytes }) => haveBytes)
    while (offset < sizeBytes) {
      const piece = bytes.subarray(offset, offset + LIMITS.jobInlineMaxBytes)
      const { haveBytes } = await peers.ask(
        job.deviceId,
        putJobBytesCommand,
        { hash, sizeBytes, offset, bytes: piece },
        { traceId },
      )
      if (haveBytes <= offset) throw new CloudError('disconnected', 'The other device began anew.')
      offset = haveBytes
    }
  }
}

/** The other device's job goes through phases that ours goes through with it. */
function mirror({ jobId }: LiveJob, { record }: ThereParts, there: JobView): void {
  const job = record.get(jobId)
  const { isolation, startedAtMs } = there
  if (there.phase !== 'running' || isolation === undefined || startedAtMs === undefined) return
  const more = { startedAtMs, isolation: encodeIsolation(isolation) }
  if (job.phase === 'placed') record.move(jobId, ['stage', 'start'], more)
}

async function keepEnd(live: LiveJob, parts: ThereParts, there: JobView): Promise<void> {
  const { record } = parts
  const outcome =
    there.startedAtMs === undefined || there.phase === 'lost' ? undefined : await fetchOutcome(live, parts)
  await live.log.end()
  const wasPlaced = record.get(live.jobId).phase === 'placed'
  const started = wasPlaced && there.startedAtMs !== undefined ? (['stage', 'start'] as const) : []
  record.move(live.jobId, [...started, eventOf(there)], {
    ...(there.startedAtMs === undefined ? {} : { startedAtMs: there.startedAtMs }),
    ...(there.endedAtMs === undefined ? {} : { endedAtMs: there.endedAtMs }),
    ...(there.isolation && { isolation: encodeIsolation(there.isolation) }),
    ...(there.end && { end: encodeEnd(there.end) }),
    ...(outcome && { outcome: encodeOutcome(outcome) }),
  })
}

function eventOf({ phase }: JobView): 'finish' | 'cancel' | 'fail' | 'lose' {
  if (phase === 'done') return 'finish'
  if (phase === 'cancelled') return 'cancel'
  return phase === 'lost' ? 'lose' : 'fail'
}

/** Outputs and receipt, checked. Throws `CloudError` 'bad-receipt' when they do not prove this run. */
async function fetchOutcome(live: LiveJob, parts: ThereParts): Promise<Outcome> {
  const { record, peers, content, keyOf } = parts
  const { jobId } = live
  const { deviceId, spec, traceId } = record.get(jobId)
  const { usage } = await peers.ask(deviceId, showJobCommand, { jobId }, { traceId })
  const proof = await peers.ask(deviceId, jobReceiptCommand, { jobId }, { traceId })
  const proven = await verifyJobProof({ ...proof, spec }, keyOf)
  if (!proven.ok || proven.value.provider !== deviceId || proof.stdout !== live.log.stdout)
    throw new CloudError(
      'bad-receipt',
      `Its receipt does not prove the run (${proven.ok ? 'other-output' : proven.error}).`,
    )
  for (const output of proof.outputs) {
    const kept = await content.put(await fetchOutput(live, parts, output))
    if (kept !== output.hash)
      throw new CloudError('bad-receipt', `The output ${output.name} is not what its receipt says.`)
  }
  const { stdout, outputs, receipt } = proof
  return { usage: usage ?? proven.value.receipt.usage, stdout, outputs, receipt }
}

async function fetchOutput({ jobId }: LiveJob, { record, peers }: ThereParts, output: JobOutput): Promise<Uint8Array> {
  const { deviceId, traceId } = record.get(jobId)
  const pieces: Uint8Array[] = []
  let offset = 0
  while (offset < Math.min(output.sizeBytes, LIMITS.jobOutputMaxBytes)) {
    const { bytes } = await peers.ask(deviceId, jobOutputCommand, { jobId, name: output.name, offset }, { traceId })
    if (bytes.length === 0) break
    pieces.push(bytes)
    offset += bytes.length
  }
  return new Uint8Array(Buffer.concat(pieces))
}

async function giveUp({ jobId, log }: LiveJob, { record }: ThereParts, says: string): Promise<void> {
  await log.end()
  const job = record.get(jobId)
  if (hasEnded(job)) return
  // Where it had begun there, nobody here knows how far it came.
  const event = job.phase === 'running' ? 'lose' : 'fail'
  record.move(jobId, [event], { end: encodeEnd({ reason: 'crash', says: says.slice(0, 500) }) })
}

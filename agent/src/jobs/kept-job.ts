import { bytesUpTo, id, list } from '@cloudos/protocol/codecs'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Hash } from '@cloudos/protocol/ids'
import { jobUsage } from '@cloudos/protocol/job-receipt'
import type { JobUsage } from '@cloudos/protocol/job-receipt'
import { parseJobSpec } from '@cloudos/protocol/job-spec'
import type { JobSpec } from '@cloudos/protocol/job-spec'
import { isolation, jobEnd, jobOutput } from '@cloudos/protocol/job-state'
import type { Isolation, JobEnd, JobOutput, JobView } from '@cloudos/protocol/job-state'
import { LIMITS } from '@cloudos/protocol/limits'
import { at, encodeRecord, parseRecord, record } from '@cloudos/protocol/record'
import type { RecordCodec } from '@cloudos/protocol/record'
import { parseSigned } from '@cloudos/protocol/signed'
import type { Signed } from '@cloudos/protocol/signed'
import type { KeptJob } from '../journal/jobs.ts'

/** What a run has left, beside its log. */
export interface Outcome {
  readonly usage: JobUsage
  readonly stdout: Hash
  readonly outputs: readonly JobOutput[]
  /** The `ReceiptProof` of the device that ran it. */
  readonly receipt: Uint8Array
}

const outcomeCodec = record<Outcome>({
  usage: at(1, jobUsage),
  stdout: at(2, id('Hash')),
  outputs: at(3, list(jobOutput, { max: LIMITS.jobFilesMax })),
  receipt: at(4, bytesUpTo(LIMITS.jobReceiptMaxBytes + 2 * LIMITS.smallRecordMaxBytes)),
})

export const encodeOutcome = (outcome: Outcome): Uint8Array => encodeRecord(outcomeCodec, outcome)
export const encodeIsolation = (value: Isolation): Uint8Array => encodeRecord(isolation, value)
export const encodeEnd = (end: JobEnd): Uint8Array => encodeRecord(jobEnd, end)

export function findOutcome({ outcome }: KeptJob): Outcome | undefined {
  return outcome && own(outcomeCodec, outcome)
}

/** Verified when it was taken into the journal. */
export function specOf({ spec }: KeptJob): Signed<JobSpec> {
  const parsed = parseSigned(spec, parseJobSpec)
  if (!parsed.ok) throw torn(parsed.error)
  return parsed.value
}

export function viewOf(job: KeptJob): JobView {
  const { jobId, name, phase, deviceId, askedBy, createdAtMs, startedAtMs, endedAtMs, attempt, neverTwice } = job
  return {
    ...{ jobId, name, phase, deviceId, askedBy, createdAtMs, attempt, neverTwice },
    ...(startedAtMs === undefined ? {} : { startedAtMs }),
    ...(endedAtMs === undefined ? {} : { endedAtMs }),
    ...(job.isolation && { isolation: own(isolation, job.isolation) }),
    ...(job.end && { end: own(jobEnd, job.end) }),
    ...(job.traceId === undefined ? {} : { traceId: job.traceId }),
  }
}

function own<T>(codec: RecordCodec<T, string>, bytes: Uint8Array): T {
  const parsed = parseRecord(codec, bytes, LIMITS.rpcMaxBytes)
  if (!parsed.ok) throw torn(parsed.error)
  return parsed.value
}

function torn(what: string): CloudError {
  return new CloudError(
    'journal-torn',
    `A job in the journal is damaged (${what}). Start CloudOS again: it sets the journal aside.`,
  )
}

import { flag, hexOf, id, int, oneOf, text, uint } from './codecs.ts'
import { isDisplayText } from './display-text.ts'
import type { DeviceId, Hash, JobId } from './ids.ts'
import { isolationTier } from './isolation-tier.ts'
import type { IsolationTier } from './isolation-tier.ts'
import { exitReason } from './job-receipt.ts'
import type { ExitReason } from './job-receipt.ts'
import { at, maybeAt, record } from './record.ts'

/**
 * Where a job is in its life; the legal moves are in the scheduler. `done` says that it ended by itself, whatever its exit code;
 * `failed` that it broke or reached a limit; `lost` that nobody knows how far it came, and that it may not be run again.
 */
export type JobPhase =
  'created' | 'queued' | 'placed' | 'staging' | 'running' | 'done' | 'failed' | 'lost' | 'cancelled'

export const jobPhase = oneOf<JobPhase>({
  created: 1,
  queued: 2,
  placed: 3,
  staging: 4,
  running: 5,
  done: 6,
  failed: 7,
  lost: 8,
  cancelled: 9,
})

/** What the job was really held by, for a person: `bubblewrap, seccomp, user 64321`. */
export interface Isolation {
  readonly tier: IsolationTier
  readonly name: string
}

export const isolation = record<Isolation>({ tier: at(1, isolationTier), name: at(2, text(200, isDisplayText)) })

/** How a job ended. `says` is a sentence for a person where there is more to say than the reason. */
export interface JobEnd {
  readonly reason: ExitReason
  readonly exitCode?: number
  readonly says?: string
}

export const jobEnd = record<JobEnd>({
  reason: at(1, exitReason),
  exitCode: maybeAt(2, int),
  says: maybeAt(3, text(500)),
})

/** A job as a list shows it. */
export interface JobView {
  readonly jobId: JobId
  /** Of the program: `sample`, or its file's name. */
  readonly name: string
  readonly phase: JobPhase
  /** The device it runs on. */
  readonly deviceId: DeviceId
  /** Who asked for it; another than the one that runs it, when it came from there. */
  readonly askedBy: DeviceId
  readonly createdAtMs: number
  readonly startedAtMs?: number
  readonly endedAtMs?: number
  /** From 1; more after a crash of the agent, where the job may be run again. Its log and outputs are of the last. */
  readonly attempt: number
  readonly neverTwice: boolean
  /** Known once it runs. */
  readonly isolation?: Isolation
  /** Known once it has ended by itself, by a limit, by a crash or by its owner. */
  readonly end?: JobEnd
  /** Names the act that asked for it, from the click to its end: in the logs and audit chains of every device it touched. */
  readonly traceId?: string
}

export const jobName = text(120, isDisplayText)

export const jobView = record<JobView>({
  jobId: at(1, id('JobId')),
  name: at(2, jobName),
  phase: at(3, jobPhase),
  deviceId: at(4, id('DeviceId')),
  askedBy: at(5, id('DeviceId')),
  createdAtMs: at(6, uint()),
  startedAtMs: maybeAt(7, uint()),
  endedAtMs: maybeAt(8, uint()),
  attempt: at(9, uint(undefined, 1)),
  neverTwice: at(10, flag),
  isolation: maybeAt(11, isolation),
  end: maybeAt(12, jobEnd),
  traceId: maybeAt(13, hexOf(16), 'names the act that asked for it'),
})

/** One move of a job, for its timeline. */
export interface JobMove {
  readonly phase: JobPhase
  readonly atMs: number
}

export const jobMove = record<JobMove>({ phase: at(1, jobPhase), atMs: at(2, uint()) })

/** A file that a job has left, kept under its hash. */
export interface JobOutput {
  readonly name: string
  readonly hash: Hash
  readonly sizeBytes: number
}

export const jobOutput = record<JobOutput>({
  name: at(1, text(255, isDisplayText)),
  hash: at(2, id('Hash')),
  sizeBytes: at(3, uint()),
})

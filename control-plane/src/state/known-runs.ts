import type { DeviceId, JobId } from '@cloudos/protocol/ids'
import type { JobView } from '@cloudos/protocol/job-state'

/** A job, and the device that told of it and keeps its account. */
export interface KnownRun {
  readonly job: JobView
  readonly toldBy: DeviceId
}

export type KnownRuns = ReadonlyMap<JobId, KnownRun>

export const NO_RUNS: KnownRuns = new Map()

/** The account of a job is the running device's; who only asked for it knows less. */
export function withHeard(known: KnownRuns, toldBy: DeviceId, jobs: readonly JobView[]): KnownRuns {
  const runs = new Map(known)
  for (const job of jobs) {
    const before = runs.get(job.jobId)
    if (before === undefined || before.toldBy === toldBy || job.deviceId === toldBy)
      runs.set(job.jobId, { job, toldBy })
  }
  return runs
}

export function newestFirst(runs: KnownRuns): readonly KnownRun[] {
  return [...runs.values()].sort((a, b) => b.job.createdAtMs - a.job.createdAtMs)
}

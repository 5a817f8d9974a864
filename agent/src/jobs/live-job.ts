import type { Disk } from '@cloudos/protocol/ports'
import type { JobId } from '@cloudos/protocol/ids'
import { decodeLog, JobLog } from './job-log.ts'

/** A job that has not ended, as this process works on it. */
export interface LiveJob {
  readonly jobId: JobId
  readonly log: JobLog
  readonly cancel: AbortController
  readonly ended: PromiseWithResolvers<void>
}

/** With what its log already holds, when it is taken up again. */
export async function openLiveJob(jobId: JobId, disk: Disk): Promise<LiveJob> {
  const before = (await disk.readFile(logName(jobId))) ?? new Uint8Array()
  const log = new JobLog(await disk.openAppend(logName(jobId)), decodeLog(before))
  return { jobId, log, cancel: new AbortController(), ended: Promise.withResolvers<void>() }
}

export function logName(jobId: JobId): string {
  return `log-${jobId}`
}

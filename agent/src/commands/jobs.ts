import { CloudError } from '@cloudos/protocol/cloud-error'
import {
  attachJobCommand,
  cancelJobCommand,
  jobLogsCommand,
  jobOutputCommand,
  jobReceiptCommand,
  listJobsCommand,
  offerJobCommand,
  putJobBytesCommand,
  runJobCommand,
  showJobCommand,
  watchJobsCommand,
} from '@cloudos/protocol/job-commands'
import type { LogPiece } from '@cloudos/protocol/job-commands'
import type { JobId } from '@cloudos/protocol/ids'
import type { JobView } from '@cloudos/protocol/job-state'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Jobs } from '../jobs/jobs.ts'
import { register } from './register.ts'
import type { Registered } from './register.ts'
import { untilAborted } from './until-aborted.ts'

const LISTED = 50

/** Work: asking for it, following it, and having what it left. */
export function jobCommands(jobs: Jobs): readonly Registered[] {
  return [
    register({ shape: runJobCommand, run: (request, { traceId }) => jobs.ask(request, traceId) }),
    register({
      shape: putJobBytesCommand,
      run: async (piece) => ({ haveBytes: await jobs.content.putPiece(piece) }),
    }),
    register({
      shape: offerJobCommand,
      run: async (offer, { caller, traceId }) => {
        if (caller.kind !== 'device') throw new CloudError('not-allowed', 'Only a device offers jobs.')
        return jobs.offer(offer, caller.deviceId, traceId)
      },
    }),
    register({
      shape: listJobsCommand,
      run: ({ limit }) => Promise.resolve({ jobs: jobs.list(limit ?? LISTED) }),
    }),
    register({
      shape: watchJobsCommand,
      run: async (_input, { tell, signal }) => {
        jobs.warmUp()
        for (const job of jobs.unfinished()) tell(job)
        const stop = jobs.record.onChange(tell)
        await untilAborted(signal)
        stop()
        return {}
      },
    }),
    register({ shape: showJobCommand, run: ({ jobId }) => jobs.show(jobId) }),
    register({
      shape: jobLogsCommand,
      run: async ({ jobId, offset = 0, follow = false }, { tell, signal }) => {
        const { log } = await jobs.watch(jobId)
        const nextOffset = follow
          ? await log.follow(offset, inPieces(tell), signal)
          : log.tellNow(offset, inPieces(tell))
        return { nextOffset }
      },
    }),
    register({
      shape: attachJobCommand,
      run: async ({ jobId, offset = 0 }, { tell, signal }) => {
        const { log, ended } = await jobs.watch(jobId)
        const stop = tellMoves(jobs, jobId, (job) => {
          tell({ kind: 'job', job })
        })
        const tellLog = inPieces((piece) => {
          tell({ kind: 'log', ...piece })
        })
        await log.follow(offset, tellLog, signal)
        await Promise.race([ended, untilAborted(signal)])
        stop()
        return (await jobs.show(jobId)).job
      },
    }),
    register({ shape: cancelJobCommand, run: ({ jobId }) => jobs.cancel(jobId) }),
    register({
      shape: jobOutputCommand,
      run: async ({ jobId, name, offset = 0 }) => {
        const bytes = await jobs.output(jobId, name)
        return { sizeBytes: bytes.length, bytes: bytes.subarray(offset, offset + LIMITS.jobInlineMaxBytes) }
      },
    }),
    register({
      shape: jobReceiptCommand,
      run: ({ jobId }) => Promise.resolve(jobs.receipt(jobId)),
    }),
  ]
}

function tellMoves(jobs: Jobs, jobId: JobId, tell: (job: JobView) => void): () => void {
  return jobs.record.onChange((job) => {
    if (job.jobId === jobId) tell(job)
  })
}

/** A piece of the log may be more than one message holds. */
function inPieces(tell: (piece: LogPiece) => void): (piece: LogPiece) => void {
  return ({ stream, offset, bytes }) => {
    for (let at = 0; at < bytes.length; at += LIMITS.jobInlineMaxBytes)
      tell({ stream, offset: offset + at, bytes: bytes.subarray(at, at + LIMITS.jobInlineMaxBytes) })
  }
}

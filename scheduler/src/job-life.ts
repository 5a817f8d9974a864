import type { JobPhase } from '@cloudos/protocol/job-state'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'

/** What happens to a job. `recover`: the agent has been restarted and finds it in its journal. */
export type JobEvent =
  | 'queue'
  | 'place'
  | 'stage'
  /** Written before the program is started: from here on it may have had an effect. */
  | 'start'
  | 'finish'
  | 'fail'
  | 'cancel'
  /** Nobody knows how far it came, and nobody will. */
  | 'lose'
  | 'recover'

export interface JobLife {
  readonly phase: JobPhase
  /** From 1. */
  readonly attempt: number
  readonly neverTwice: boolean
}

/** A job that ended the agent with it this often is not tried again. */
export const ATTEMPTS_MAX = 3

const MOVES: Readonly<Record<JobPhase, Partial<Readonly<Record<JobEvent, JobPhase>>>>> = {
  created: { queue: 'queued', fail: 'failed', cancel: 'cancelled', recover: 'created' },
  queued: { place: 'placed', fail: 'failed', cancel: 'cancelled', recover: 'queued' },
  placed: { stage: 'staging', fail: 'failed', cancel: 'cancelled', lose: 'lost', recover: 'placed' },
  staging: { start: 'running', fail: 'failed', cancel: 'cancelled', lose: 'lost', recover: 'placed' },
  running: { finish: 'done', fail: 'failed', cancel: 'cancelled', lose: 'lost' },
  done: { recover: 'done' },
  failed: { recover: 'failed' },
  lost: { recover: 'lost' },
  cancelled: { recover: 'cancelled' },
}

/** The job after the event, or that this event cannot happen to it: every move of every job is made here. */
export function moveJob(job: JobLife, event: JobEvent): Result<JobLife, 'illegal-move'> {
  if (event === 'recover' && job.phase === 'running') return ok(recoverRunning(job))
  const phase = MOVES[job.phase][event]
  return phase === undefined ? err('illegal-move') : ok({ ...job, phase })
}

/** It was running when the agent ended, and its process has ended with it. */
function recoverRunning(job: JobLife): JobLife {
  if (job.neverTwice || job.attempt >= ATTEMPTS_MAX) return { ...job, phase: 'lost' }
  return { ...job, phase: 'placed', attempt: job.attempt + 1 }
}

/** Nothing happens to it any more. */
export function hasEnded({ phase }: Pick<JobLife, 'phase'>): boolean {
  return phase === 'done' || phase === 'failed' || phase === 'lost' || phase === 'cancelled'
}

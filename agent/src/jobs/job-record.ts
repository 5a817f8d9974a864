import { CloudError } from '@cloudos/protocol/cloud-error'
import type { JobId } from '@cloudos/protocol/ids'
import type { JobPhase, JobView } from '@cloudos/protocol/job-state'
import type { Clock } from '@cloudos/protocol/ports'
import { hasEnded, moveJob } from '@cloudos/scheduler/job-life'
import type { JobEvent } from '@cloudos/scheduler/job-life'
import type { Hash } from '@cloudos/protocol/ids'
import type { JobBook, KeptJob } from '../journal/jobs.ts'
import { viewOf } from './kept-job.ts'

export type JobNewsListener = (job: JobView) => void

/** All jobs as the journal has them, and every move of theirs: legal or refused, durable, then told to who watches. */
export class JobRecord {
  readonly #book: JobBook
  readonly #clock: Clock
  readonly #listeners = new Set<JobNewsListener>()

  constructor(book: JobBook, clock: Clock) {
    this.#book = book
    this.#clock = clock
  }

  /** Rejects with 'no-such-job'. */
  get(jobId: JobId): KeptJob {
    const job = this.#book.find(jobId)
    if (job === undefined)
      throw new CloudError(
        'no-such-job',
        'This device knows no such job. Jobs are forgotten some time after they have ended.',
      )
    return job
  }

  add(job: KeptJob, events: readonly JobEvent[]): KeptJob {
    const moved = this.#moved(job, events)
    const created = { phase: job.phase, atMs: job.createdAtMs }
    this.#book.put(moved.job, [created, ...moved.moves])
    this.#tell(moved.job)
    return moved.job
  }

  /** Throws on an illegal move: the callers know what state the job is in. */
  move(jobId: JobId, events: readonly JobEvent[], more: Partial<KeptJob> = {}, receipt?: Hash): KeptJob {
    const { job, moves } = this.#moved({ ...this.get(jobId), ...more }, events)
    const ended = hasEnded(job) && job.endedAtMs === undefined ? { ...job, endedAtMs: this.#clock.nowMs() } : job
    if (receipt === undefined) this.#book.put(ended, moves)
    else this.#book.putWithReceipt(ended, moves, receipt)
    this.#tell(ended)
    return ended
  }

  onChange(listener: JobNewsListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #moved(job: KeptJob, events: readonly JobEvent[]): { job: KeptJob; moves: { phase: JobPhase; atMs: number }[] } {
    const moves: { phase: JobPhase; atMs: number }[] = []
    let life = job
    for (const event of events) {
      const moved = moveJob(life, event)
      if (!moved.ok) throw new Error(`a job that is ${life.phase} cannot ${event}`)
      if (moved.value.phase !== life.phase) moves.push({ phase: moved.value.phase, atMs: this.#clock.nowMs() })
      life = { ...life, phase: moved.value.phase, attempt: moved.value.attempt }
    }
    return { job: life, moves }
  }

  #tell(job: KeptJob): void {
    const view = viewOf(job)
    for (const listener of [...this.#listeners]) listener(view)
  }
}

import type { Sandbox } from '@cloudos/protocol/capability-record'
import type { JobLimits } from '@cloudos/protocol/job-spec'
import type { JobUsage } from '@cloudos/protocol/job-receipt'
import type { Isolation, JobEnd } from '@cloudos/protocol/job-state'

/** One run as an executor gets it: everything has been fetched and checked. */
export interface Task {
  readonly module: Uint8Array
  readonly args: readonly string[]
  readonly inputs: readonly { readonly name: string; readonly bytes: Uint8Array }[]
  readonly limits: JobLimits
  /** What its random numbers come from. */
  readonly seed: Uint8Array
}

export interface LeftFile {
  readonly name: string
  readonly bytes: Uint8Array
}

export interface TaskResult {
  readonly end: JobEnd
  readonly usage: JobUsage
  readonly files: readonly LeftFile[]
}

export type WriteLog = (stream: 'out' | 'err', bytes: Uint8Array) => void

/** A place that is ready for one task and held by something. After `run` or disposal nothing of it is left, no process either. */
export interface Berth extends AsyncDisposable {
  readonly isolation: Isolation
  /** Never rejects for what the task does. `signal` ends it, as `cancelled`. */
  run(task: Task, write: WriteLog, signal: AbortSignal): Promise<TaskResult>
}

/** One way to run foreign code. */
export interface Executor extends AsyncDisposable {
  /** What a task is going to be held by. A berth says what it is held by indeed. */
  isolation(): Promise<Isolation>
  /** What has been tried at this start and held, for the device to say of itself. */
  sandboxes(): Promise<readonly Sandbox[]>
  /** Makes a berth ready for whoever takes the next one. */
  warmUp(): void
  /** Rejects with `CloudError` 'no-isolation' when what it would be held by is not in force: it then runs nowhere. */
  takeBerth(): Promise<Berth>
}

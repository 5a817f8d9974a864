import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DeviceId } from '@cloudos/protocol/ids'
import { listJobsCommand, runJobCommand, watchJobsCommand } from '@cloudos/protocol/job-commands'
import type { JobView } from '@cloudos/protocol/job-state'
import { LIMITS } from '@cloudos/protocol/limits'
import { callAgent } from '../profile/agent-commands.ts'
import type { ProfileInTab } from '../profile/profile.ts'
import { newestFirst, NO_RUNS, withHeard } from './known-runs.ts'
import type { KnownRuns } from './known-runs.ts'

type Asked = Pick<ProfileInTab, 'device'>

/** The jobs of every device in reach, for as long as a page shows them. */
export class Runs {
  #known = $state.raw<KnownRuns>(NO_RUNS)
  /** Devices whose list has come. */
  heard = $state.raw<readonly DeviceId[]>([])
  problem = $state.raw<string | undefined>()
  readonly #profile: Asked

  constructor(profile: Asked) {
    this.#profile = profile
  }

  /** The newest first. */
  readonly list = $derived(newestFirst(this.#known))

  /** Until the returned function is called. */
  follow(deviceId: DeviceId): () => void {
    const stop = new AbortController()
    void this.#orTell(stop.signal, async () => {
      const device = this.#profile.device(deviceId)
      const { jobs } = await callAgent(device, listJobsCommand, { limit: LIMITS.jobListMax })
      this.#hear(deviceId, jobs)
      this.heard = [...this.heard, deviceId]
      const onEvent = (job: JobView): void => { this.#hear(deviceId, [job]) } // prettier-ignore
      await callAgent(device, watchJobsCommand, {}, { onEvent, signal: stop.signal })
    })
    return () => {
      stop.abort()
    }
  }

  #hear(toldBy: DeviceId, jobs: readonly JobView[]): void {
    this.#known = withHeard(this.#known, toldBy, jobs)
  }

  /** A lost connection is no failure: the device list shows it, and whoever follows follows again. */
  async #orTell(signal: AbortSignal, act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      const isOver = signal.aborted || cause.code === 'disconnected' || cause.code === 'not-in-reach'
      this.problem = isOver ? undefined : cause.message
    }
  }
}

/** Asks a device for the program that comes with CloudOS; where it runs is chosen there. Rejects with `CloudError`. */
export function runSample(profile: Asked, deviceId: DeviceId): Promise<JobView> {
  return callAgent(profile.device(deviceId), runJobCommand, {
    name: 'sample',
    program: { kind: 'builtin', name: 'sample' },
  })
}

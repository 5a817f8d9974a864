import type { Sandbox } from '@cloudos/protocol/capability-record'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Isolation } from '@cloudos/protocol/job-state'
import type { Clock } from '@cloudos/protocol/ports'
import type { Berth, Executor } from './executor.ts'
import { HostProcess } from './host-process.ts'
import type { HostCommand } from './host-process.ts'
import { HostRun } from './host-run.ts'
import { SAID } from './host/pack.ts'

/** What a host will be started with, and what it must then find in force. */
export interface HostPlan {
  readonly command: HostCommand
  readonly isolation: Isolation
  /** Its name where a device says what it can do. */
  readonly sandbox: string
  /** Words the host must say of itself. */
  readonly mustHold: readonly string[]
}

interface HostBerth extends Berth {
  /** False when the system has ended it while it waited. */
  readonly isReady: () => boolean
}

/** A host that nobody takes gives its memory back. */
const IDLE_MS = 5 * 60_000
const READY_WITHIN_MS = 10_000

/** Runs WebAssembly, each module in a process of its own, one of which is kept ready. */
export class WasmExecutor implements Executor {
  readonly #plan: () => Promise<HostPlan>
  readonly #clock: Clock
  readonly #stopped = new AbortController()
  #warm: Promise<HostBerth> | undefined

  constructor(plan: () => Promise<HostPlan>, clock: Clock) {
    this.#plan = plan
    this.#clock = clock
  }

  async isolation(): Promise<Isolation> {
    return (await this.#plan()).isolation
  }

  async sandboxes(): Promise<readonly Sandbox[]> {
    const { isolation, sandbox } = await this.#plan()
    return [{ tier: isolation.tier, name: sandbox }]
  }

  warmUp(): void {
    if (this.#warm !== undefined || this.#stopped.signal.aborted) return
    const warm = this.#start()
    this.#warm = warm
    warm.catch(() => this.#forget(warm)) // whoever takes a berth is told why
    void this.#clock.sleep(IDLE_MS, this.#stopped.signal).then(async () => {
      if (!this.#forget(warm)) return
      const idle = await warm.catch(() => undefined)
      await idle?.[Symbol.asyncDispose]()
    })
  }

  async takeBerth(): Promise<Berth> {
    if (this.#stopped.signal.aborted) throw new CloudError('closing', 'CloudOS is being closed.')
    const warm = this.#warm
    this.#warm = undefined
    const ready = await warm
    return ready?.isReady() === true ? ready : this.#start()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort()
    const warm = await this.#warm?.catch(() => undefined)
    this.#warm = undefined
    await warm?.[Symbol.asyncDispose]()
  }

  /** False when somebody has it, or it is another by now. */
  #forget(warm: Promise<HostBerth>): boolean {
    if (this.#warm !== warm) return false
    this.#warm = undefined
    return true
  }

  async #start(): Promise<HostBerth> {
    const plan = await this.#plan()
    const host = new HostProcess(plan.command)
    const holds = await hearReady(host, this.#clock)
    if (holds === undefined || plan.mustHold.some((word) => !holds.includes(word))) {
      host.kill()
      await host.closed
      throw new CloudError(
        'no-isolation',
        `What should hold foreign programs here (${plan.isolation.name}) did not come into force, so none is run. ${host.complaint.slice(0, 200)}`,
      )
    }
    return berthIn(host, plan.isolation, this.#clock)
  }
}

function berthIn(host: HostProcess, isolation: Isolation, clock: Clock): HostBerth {
  return {
    isolation,
    isReady: () => !host.hasEnded,
    run: (task, write, signal) => new HostRun(host, task, write).run(clock, signal),
    [Symbol.asyncDispose]: async () => {
      host.kill()
      await host.closed
    },
  }
}

/** What the host says of itself; `undefined` when it ended, or says nothing for too long. */
async function hearReady(host: HostProcess, clock: Clock): Promise<readonly string[] | undefined> {
  const heard = Promise.withResolvers<readonly string[] | undefined>()
  const stopped = new AbortController()
  host.listen(({ kind, body }) => {
    if (kind === SAID.ready) heard.resolve(new TextDecoder().decode(body).split(' '))
  })
  void host.closed.then(() => {
    heard.resolve(undefined)
  })
  void clock.sleep(READY_WITHIN_MS, stopped.signal).then(() => {
    heard.resolve(undefined)
  })
  return heard.promise.finally(() => {
    stopped.abort()
  })
}

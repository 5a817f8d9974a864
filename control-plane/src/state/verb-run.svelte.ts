import { CloudError } from '@cloudos/protocol/cloud-error'
import type { AnyCommand } from '@cloudos/protocol/command'
import type { DeviceId } from '@cloudos/protocol/ids'
import { bytesFromJson } from '@cloudos/protocol/json-record'
import type { Json, JsonRefusal } from '@cloudos/protocol/json-record'
import { callAnyOfAgent } from '../profile/agent-commands.ts'
import type { ProfileInTab } from '../profile/profile.ts'

const EVENTS_SHOWN = 20

/** One command, asked of one device, as far as it has come. */
export class VerbRun {
  phase = $state.raw<'filling' | 'running' | 'waiting' | 'done'>('filling')
  answer = $state.raw<Json | undefined>()
  /** The newest last. */
  events = $state.raw<readonly Json[]>([])
  /** `field` is the way to what offends, empty when it is the whole. */
  problem = $state.raw<JsonRefusal | undefined>()
  #stop = new AbortController()
  readonly #profile: Pick<ProfileInTab, 'device'>
  readonly #command: AnyCommand

  constructor(profile: Pick<ProfileInTab, 'device'>, command: AnyCommand) {
    this.#profile = profile
    this.#command = command
  }

  /** Whether `json` is what the command takes; `problem` says why not. */
  fits(json: unknown): boolean {
    const made = bytesFromJson(this.#command.input, json)
    this.problem = made.ok ? undefined : made.error
    return made.ok
  }

  async start(deviceId: DeviceId, json: unknown): Promise<void> {
    const made = bytesFromJson(this.#command.input, json)
    if (!made.ok || this.phase === 'running' || this.phase === 'waiting') return
    this.#stop = new AbortController()
    this.phase = 'running'
    this.events = []
    try {
      this.answer = await callAnyOfAgent(this.#profile.device(deviceId), this.#command, made.value, {
        signal: this.#stop.signal,
        onEvent: (event) => { this.events = [...this.events.slice(1 - EVENTS_SHOWN), event] }, // prettier-ignore
        onWaits: () => { this.phase = 'waiting' }, // prettier-ignore
      })
      this.phase = 'done'
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      this.phase = this.#stop.signal.aborted ? 'done' : 'filling'
      if (!this.#stop.signal.aborted) this.problem = { field: '', message: cause.message }
    }
  }

  /** What was heard stays. */
  stop(): void {
    this.#stop.abort()
  }
}

import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DeviceId, JobId } from '@cloudos/protocol/ids'
import {
  attachJobCommand,
  cancelJobCommand,
  jobOutputCommand,
  jobReceiptCommand,
  showJobCommand,
} from '@cloudos/protocol/job-commands'
import type { JobDetails, JobNews, JobProof, LogPiece } from '@cloudos/protocol/job-commands'
import type { JobOutput } from '@cloudos/protocol/job-state'
import { callAgent } from '../profile/agent-commands.ts'
import type { ProfileInTab } from '../profile/profile.ts'

/** Of a longer log the end is shown. */
const SHOWN_CHARACTERS = 200_000

/** One job, followed for as long as its page shows. */
export class FollowedRun {
  details = $state.raw<JobDetails | undefined>()
  log = $state.raw('')
  problem = $state.raw<CloudError | undefined>()
  cancelling = $state(false)
  readonly #device: ReturnType<ProfileInTab['device']>
  readonly #jobId: JobId
  readonly #decoders = { out: new TextDecoder(), err: new TextDecoder() }
  #offset = 0

  constructor(profile: Pick<ProfileInTab, 'device'>, deviceId: DeviceId, jobId: JobId) {
    this.#device = profile.device(deviceId)
    this.#jobId = jobId
  }

  /** Until the returned function is called, or the job has ended and all of its log is here. */
  follow(): () => void {
    const stop = new AbortController()
    void this.#orTell(stop.signal, async () => {
      // What it writes does not wait for the account of it.
      await Promise.all([this.#look(), this.#attach(stop.signal)])
      await this.#look()
    })
    return () => {
      stop.abort()
    }
  }

  async cancel(): Promise<void> {
    this.cancelling = true
    await this.#orTell(undefined, async () => {
      await callAgent(this.#device, cancelJobCommand, { jobId: this.#jobId })
      await this.#look()
    })
    this.cancelling = false
  }

  /** The whole file; rejects with `CloudError`. */
  async fetch({ name, sizeBytes }: JobOutput): Promise<Uint8Array<ArrayBuffer>> {
    const whole = new Uint8Array(sizeBytes)
    for (let offset = 0; offset < sizeBytes;) {
      const { bytes } = await callAgent(this.#device, jobOutputCommand, { jobId: this.#jobId, name, offset })
      if (bytes.length === 0) throw new CloudError('output-short', 'That file is not whole on the device any more.')
      whole.set(bytes, offset)
      offset += bytes.length
    }
    return whole
  }

  /** What proves the run; rejects with `CloudError`. */
  proof(): Promise<JobProof> {
    return callAgent(this.#device, jobReceiptCommand, { jobId: this.#jobId })
  }

  async #attach(signal: AbortSignal): Promise<void> {
    const onEvent = (news: JobNews): void => {
      if (news.kind === 'log') this.#take(news)
      else void this.#orTell(signal, () => this.#look())
    }
    const from = { jobId: this.#jobId, offset: this.#offset }
    await callAgent(this.#device, attachJobCommand, from, { signal, onEvent })
  }

  async #look(): Promise<void> {
    this.details = await callAgent(this.#device, showJobCommand, { jobId: this.#jobId })
    this.problem = undefined
  }

  #take({ stream, offset, bytes }: LogPiece): void {
    if (offset < this.#offset) return
    this.#offset = offset + bytes.length
    this.log = (this.log + this.#decoders[stream].decode(bytes, { stream: true })).slice(-SHOWN_CHARACTERS)
  }

  async #orTell(signal: AbortSignal | undefined, act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      if (signal?.aborted !== true) this.problem = cause
    }
  }
}

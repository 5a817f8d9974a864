import { availableParallelism } from 'node:os'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { verifyFor } from '@cloudos/crypto/signature'
import { Turns } from '@cloudos/mesh/turns'
import type { Sandbox } from '@cloudos/protocol/capability-record'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DeviceId, JobId } from '@cloudos/protocol/ids'
import type { JobDetails, JobOffer, JobProof, JobRequest } from '@cloudos/protocol/job-commands'
import { parseJobSpec } from '@cloudos/protocol/job-spec'
import type { JobSpec } from '@cloudos/protocol/job-spec'
import type { JobView } from '@cloudos/protocol/job-state'
import type { Clock, Disk, Rng } from '@cloudos/protocol/ports'
import { parseSigned } from '@cloudos/protocol/signed'
import { hasEnded, moveJob } from '@cloudos/scheduler/job-life'
import type { JobBook, KeptJob } from '../journal/jobs.ts'
import type { PeerCommands } from '../peers-rpc.ts'
import { admitModule } from './admit-module.ts'
import { Content } from './content.ts'
import type { Executor } from './executor.ts'
import { decodeLog, JobLog, sizeOf } from './job-log.ts'
import { JobRecord } from './job-record.ts'
import { encodeEnd, findOutcome, specOf, viewOf } from './kept-job.ts'
import { logName, openLiveJob } from './live-job.ts'
import type { LiveJob } from './live-job.ts'
import { signNewSpec } from './new-spec.ts'
import { OUTPUT_BOUNDS, outputsBeyond } from './outputs-beyond.ts'
import { runHere, tooWeak } from './run-here.ts'
import { runThere } from './run-there.ts'
import { buildSample } from './sample/sample.ts'
import { Slots } from './slots.ts'

export interface JobsParts {
  readonly identity: DeviceIdentity
  readonly book: JobBook
  /** Logs lie here. */
  readonly logs: Disk
  /** Modules, inputs and outputs. */
  readonly content: Disk
  readonly executor: Executor
  readonly peers: PeerCommands
  /** The signing key of a device of this profile, itself among them. */
  readonly keyOf: (deviceId: DeviceId) => Uint8Array | undefined
  /** Where a job goes for which nobody named a device, and what that was chosen from. */
  readonly choose: (request: JobRequest) => Promise<Choice>
  readonly clock: Clock
  readonly rng: Rng
  readonly version: string
}

export interface Choice {
  readonly deviceId: DeviceId
  readonly placement?: string
}

/** As many have their log, outputs and receipt kept; the others go when a day has passed, until when their ids must be known. */
const KEPT_JOBS = 500
const DAY_MS = 24 * 60 * 60_000

/** The jobs of this device: asked for here or offered by another of the profile, run here or followed where they run. */
export class Jobs implements AsyncDisposable {
  readonly record: JobRecord
  readonly content: Content
  readonly #parts: JobsParts
  readonly #slots = new Slots(Math.max(1, Math.min(4, availableParallelism())))
  readonly #receipts = new Turns()
  readonly #closing = new AbortController()
  readonly #liveById = new Map<JobId, LiveJob>()

  constructor(parts: JobsParts) {
    this.#parts = parts
    this.record = new JobRecord(parts.book, parts.clock)
    this.content = new Content(parts.content)
  }

  /** Takes up what the journal says has not ended. */
  async start(): Promise<void> {
    await this.#clean()
    for (const job of this.#parts.book.unfinished()) await this.#recover(job)
  }

  sandboxes(): Promise<readonly Sandbox[]> {
    return this.#parts.executor.sandboxes()
  }

  /** For whoever looks at jobs: the next to be asked for finds a host ready. */
  warmUp(): void {
    this.#parts.executor.warmUp()
  }

  async ask(request: JobRequest, traceId: string): Promise<JobView> {
    const known = request.key === undefined ? undefined : this.#parts.book.findByKey(request.key)
    if (known !== undefined) return viewOf(known)
    const { identity, clock, rng } = this.#parts
    // It comes up while the rest is seen to.
    if (request.device === undefined || request.device === identity.deviceId) this.warmUp()
    const module = await this.#moduleOf(request)
    const choice = request.device === undefined ? await this.#parts.choose(request) : { deviceId: request.device }
    const isHere = choice.deviceId === identity.deviceId
    const moduleHash = await this.content.put(module)
    const { spec, signed } = await signNewSpec(request, {
      ...{ identity, moduleHash, rng },
      provider: choice.deviceId,
      nowMs: clock.nowMs(),
    })
    admitModule(module, spec.limits.memoryMiB)
    if (isHere) await this.#checkTier(spec)
    else if (this.#parts.keyOf(choice.deviceId) === undefined)
      throw new CloudError('no-such-device', 'That device is not in this profile, or not let in any more.')
    return this.#take(
      { spec, signed, name: request.name, neverTwice: request.neverTwice === true, traceId },
      choice,
      request.key,
    )
  }

  /** Work from another device: its signature is asked for here, its membership was by the channel. */
  async offer({ spec: signed, name, neverTwice }: JobOffer, from: DeviceId, traceId: string): Promise<JobView> {
    const { identity, clock, keyOf } = this.#parts
    const parsed = parseSigned(signed, parseJobSpec)
    if (!parsed.ok) throw new CloudError('bad-input', `The job is not one this version knows: ${parsed.error}.`)
    const { value: spec, payload, signature } = parsed.value
    const key = keyOf(spec.customer)
    if (spec.customer !== from || key === undefined || !(await verifyFor(key, 'job-spec', payload, signature)))
      throw new CloudError('not-signed', 'The job is not signed by the device that offers it. It was not taken.')
    if (spec.provider !== identity.deviceId || spec.kind !== 'wasm')
      throw new CloudError('not-for-me', 'The job is for another device, or of a kind that this one does not run.')
    const known = this.#parts.book.find(spec.jobId)
    if (known !== undefined) return sameJob(known, signed)
    const nowMs = clock.nowMs()
    if (nowMs < spec.notBeforeMs || nowMs >= spec.expiresAtMs)
      throw new CloudError('job-lapsed', 'The job has lapsed, or one of the two clocks is wrong. It was not taken.')
    await this.#checkTier(spec)
    return this.#take({ spec, signed: signed.slice(), name, neverTwice, traceId }, { deviceId: identity.deviceId })
  }

  list(limit: number): readonly JobView[] {
    return this.#parts.book.recent(limit).map(viewOf)
  }

  unfinished(): readonly JobView[] {
    return this.#parts.book.unfinished().map(viewOf)
  }

  async show(jobId: JobId): Promise<JobDetails> {
    const job = this.record.get(jobId)
    const { args, inputs, moduleHash, minTier, limits } = specOf(job).value
    const { memoryMiB, wallMs, cpuMs, outputBytes } = limits
    const outcome = findOutcome(job)
    const live = this.#liveById.get(jobId)
    return {
      job: viewOf(job),
      moves: this.#parts.book.moves(jobId),
      ...{ args, inputs, moduleHash, minTier, memoryMiB, wallMs, cpuMs, outputBytes },
      outputs: outcome?.outputs ?? [],
      ...(outcome && { usage: outcome.usage }),
      logBytes: live?.log.sizeBytes ?? sizeOf(decodeLog(await this.#logBytes(jobId))),
      hasReceipt: outcome !== undefined,
      ...(job.placement === undefined ? {} : { placement: job.placement }),
    }
  }

  /** The log to read or follow, and when the job has ended. Rejects with 'no-such-job'. */
  async watch(jobId: JobId): Promise<{ readonly log: JobLog; readonly ended: Promise<void> }> {
    this.record.get(jobId)
    const live = this.#liveById.get(jobId)
    if (live !== undefined) return { log: live.log, ended: live.ended.promise }
    return { log: JobLog.ended(decodeLog(await this.#logBytes(jobId))), ended: Promise.resolve() }
  }

  async cancel(jobId: JobId): Promise<JobView> {
    this.record.get(jobId)
    const live = this.#liveById.get(jobId)
    live?.cancel.abort()
    await live?.ended.promise
    return viewOf(this.record.get(jobId))
  }

  async output(jobId: JobId, name: string): Promise<Uint8Array> {
    const output = findOutcome(this.record.get(jobId))?.outputs.find((left) => left.name === name)
    if (output === undefined) throw new CloudError('no-such-output', 'The job has left no file of that name.')
    const bytes = await this.content.find(output.hash)
    if (bytes === undefined)
      throw new CloudError(
        'content-missing',
        'The file is no longer on this device: it keeps those of its newest 200 runs, 1 GiB at most. The receipt still tells its hash; run the job again.',
      )
    return bytes
  }

  receipt(jobId: JobId): JobProof {
    const job = this.record.get(jobId)
    const outcome = findOutcome(job)
    if (outcome === undefined)
      throw new CloudError('no-receipt', 'The job has no receipt: it has not ended yet, or was never run.')
    const { stdout, outputs, receipt } = outcome
    return { spec: job.spec, receipt, stdout, outputs }
  }

  /** Programs that run here are ended; in the journal they are left as they are. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    await Promise.all([...this.#liveById.values()].map(({ ended }) => ended.promise))
    await this.#parts.executor[Symbol.asyncDispose]()
  }

  async #take(
    work: { spec: JobSpec; signed: Uint8Array; name: string; neverTwice: boolean; traceId: string },
    { deviceId, placement }: Choice,
    key?: string,
  ): Promise<JobView> {
    const { jobId, customer } = work.spec
    const live = await openLiveJob(jobId, this.#parts.logs)
    const job: KeptJob = {
      ...{
        jobId,
        key,
        name: work.name,
        spec: work.signed,
        askedBy: customer,
        deviceId,
        placement,
        traceId: work.traceId,
      },
      ...{ neverTwice: work.neverTwice, phase: 'created', attempt: 1, createdAtMs: this.#parts.clock.nowMs() },
      ...{ startedAtMs: undefined, endedAtMs: undefined, isolation: undefined, end: undefined, outcome: undefined },
    }
    this.#liveById.set(jobId, live)
    const taken = this.record.add(job, ['queue'])
    void this.#drive(live, taken)
    return viewOf(taken)
  }

  async #drive(live: LiveJob, { deviceId }: KeptJob): Promise<void> {
    const { identity, book, executor, clock, version, peers, keyOf } = this.#parts
    const { record, content } = this
    const closing = this.#closing.signal
    try {
      const shared = { record, content, clock, closing }
      if (deviceId !== identity.deviceId) await runThere(live, { ...shared, peers, keyOf })
      else
        await runHere(live, {
          ...{ ...shared, book, executor, identity, version },
          ...{ slots: this.#slots, receipts: this.#receipts },
        })
      const hasLeft = !closing.aborted && (findOutcome(record.get(live.jobId))?.outputs.length ?? 0) > 0
      if (hasLeft) await this.#letOutputsGo()
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      this.#noteBroken(live.jobId, cause)
    } finally {
      this.#liveById.delete(live.jobId)
      live.ended.resolve()
    }
  }

  /** The disk was full, or the like: said in the job when even that can be written, else found again at the next start. */
  #noteBroken(jobId: JobId, cause: CloudError): void {
    if (this.#closing.signal.aborted || hasEnded(this.record.get(jobId))) return
    try {
      this.record.move(jobId, ['fail'], { end: encodeEnd({ reason: 'crash', says: cause.message.slice(0, 500) }) })
    } catch (again) {
      if (!(again instanceof CloudError)) throw again
    }
  }

  async #recover(job: KeptJob): Promise<void> {
    const isHere = job.deviceId === this.#parts.identity.deviceId
    const moved = isHere ? moveJob(job, 'recover') : undefined
    if (moved?.ok === true && moved.value.phase === 'lost') {
      const says = 'CloudOS was ended while it ran, and it may not be run again: how far it came is not known.'
      this.record.move(job.jobId, ['recover'], { end: encodeEnd({ reason: 'crash', says }) })
      return
    }
    const recovered = isHere ? this.record.move(job.jobId, ['recover']) : job
    const live = await openLiveJob(job.jobId, this.#parts.logs)
    this.#liveById.set(job.jobId, live)
    void this.#drive(live, recovered)
  }

  async #moduleOf({ program }: JobRequest): Promise<Uint8Array> {
    switch (program.kind) {
      case 'builtin':
        return buildSample()
      case 'inline':
        return program.module.slice()
      case 'stored': {
        const module = await this.content.find(program.hash)
        if (module === undefined)
          throw new CloudError('content-missing', 'The program is not on this device. Send it first (job.put).')
        return module
      }
    }
  }

  async #checkTier(spec: JobSpec): Promise<void> {
    const isolation = await this.#parts.executor.isolation()
    if (isolation.tier < spec.minTier) throw tooWeak(isolation, spec)
  }

  async #logBytes(jobId: JobId): Promise<Uint8Array> {
    return (await this.#parts.logs.readFile(logName(jobId))) ?? new Uint8Array()
  }

  /** The oldest files that jobs have left, beyond what is kept of them. Log and receipt stay. */
  async #letOutputsGo(): Promise<void> {
    const runs = this.#parts.book.recent(Number.MAX_SAFE_INTEGER).map((job) => {
      const { moduleHash, inputs } = specOf(job).value
      return { outputs: findOutcome(job)?.outputs ?? [], needs: [moduleHash, ...inputs.map(({ hash }) => hash)] }
    })
    for (const hash of outputsBeyond(runs, OUTPUT_BOUNDS)) await this.content.remove(hash)
  }

  /** At the start, when nothing is being sent: what no job names any more goes. */
  async #clean(): Promise<void> {
    const { book, logs, clock } = this.#parts
    for (const { jobId } of book.forgetBeyond(KEPT_JOBS, clock.nowMs() - DAY_MS)) await logs.remove(logName(jobId))
    const wanted = new Set<string>()
    for (const job of book.recent(Number.MAX_SAFE_INTEGER)) {
      const { moduleHash, inputs } = specOf(job).value
      for (const { hash } of [{ hash: moduleHash }, ...inputs, ...(findOutcome(job)?.outputs ?? [])]) wanted.add(hash)
    }
    await this.content.removeAllBut(wanted)
  }
}

function sameJob(known: KeptJob, signed: Uint8Array): JobView {
  if (Buffer.compare(known.spec, signed) === 0) return viewOf(known)
  throw new CloudError('job-id-taken', 'Another job has that id already. It was not taken.')
}

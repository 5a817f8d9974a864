import { bytesUpTo, flag, hexOf, id, list, oneOf, text, uint } from './codecs.ts'
import { nothing, QUICK_MS } from './command.ts'
import type { CommandShape, Nothing } from './command.ts'
import type { DeviceId, Hash, JobId } from './ids.ts'
import { isolationTier } from './isolation-tier.ts'
import type { IsolationTier } from './isolation-tier.ts'
import { jobUsage } from './job-receipt.ts'
import type { JobUsage } from './job-receipt.ts'
import { jobInput } from './job-spec.ts'
import type { JobInput } from './job-spec.ts'
import { jobMove, jobName, jobOutput, jobView } from './job-state.ts'
import type { JobMove, JobOutput, JobView } from './job-state.ts'
import { LIMITS } from './limits.ts'
import { at, maybeAt, record, variant } from './record.ts'
import { SIGNATURE_BYTES } from './signed.ts'

/** What is to be run: a program that comes with CloudOS, the bytes of a WebAssembly module, or one that was put before (`job.put`). */
export type JobProgram =
  | { readonly kind: 'builtin'; readonly name: 'sample' }
  | { readonly kind: 'inline'; readonly module: Uint8Array }
  | { readonly kind: 'stored'; readonly hash: Hash }

/** What a person asks for; the agent makes the signed `JobSpec` of it. Limits that are absent are the usual ones. */
export interface JobRequest {
  /** For lists: the name of the program's file. */
  readonly name: string
  readonly program: JobProgram
  readonly args?: readonly string[]
  /** Put before, by `job.put`. The one named `stdin` is also what the program reads as its standard input. */
  readonly inputs?: readonly JobInput[]
  readonly memoryMiB?: number
  readonly wallMs?: number
  readonly cpuMs?: number
  /** Of stdout, stderr and output files together. */
  readonly outputBytes?: number
  /** Absent: where it is placed is chosen. */
  readonly device?: DeviceId
  /** Refused rather than run in a weaker one. */
  readonly minTier?: IsolationTier
  /** After a crash in the middle the job is `lost` rather than run again. */
  readonly neverTwice?: boolean
  /** 16 random bytes as hex: asking again with the same key gives the same job. */
  readonly key?: string
}

/** Answered once the job is durable in the journal; it then runs whether or not anybody listens. */
export const runJobCommand: CommandShape<JobRequest, JobView> = {
  name: 'job.run',
  effect: 'writes',
  grant: { resource: 'job:*', act: 'ask' },
  says: 'Run a program, here or on another device of yours.',
  examples: ['cloudos job run sample', 'cloudos job run ./prog.wasm --arg one --mem 64MiB --wall 10s'],
  input: record<JobRequest>({
    name: at(1, jobName, 'what it is called in lists'),
    program: at(
      2,
      variant<JobProgram, string>({
        builtin: [1, record<{ readonly name: 'sample' }>({ name: at(1, oneOf({ sample: 1 })) })],
        inline: [2, record<{ readonly module: Uint8Array }>({ module: at(1, bytesUpTo(LIMITS.jobInlineMaxBytes)) })],
        stored: [3, record<{ readonly hash: Hash }>({ hash: at(1, id('Hash')) })],
      }),
      'what is to be run',
    ),
    args: maybeAt(3, list(text(LIMITS.jobSpecMaxBytes), { max: LIMITS.jobArgsMax }), 'its arguments'),
    inputs: maybeAt(4, list(jobInput, { max: LIMITS.jobInputsMax }), 'files it may read'),
    memoryMiB: maybeAt(5, uint(LIMITS.jobMemoryMaxMiB, 1), 'how much memory it may take'),
    wallMs: maybeAt(6, uint(LIMITS.jobMaxLifeMs, 1), 'how long it may take'),
    cpuMs: maybeAt(7, uint(LIMITS.jobMaxLifeMs, 1), 'how long it may compute'),
    outputBytes: maybeAt(8, uint(LIMITS.jobOutputMaxBytes), 'how much it may write'),
    device: maybeAt(9, id('DeviceId'), 'which device; otherwise one is chosen'),
    minTier: maybeAt(10, isolationTier, 'the weakest isolation it may run in'),
    neverTwice: maybeAt(11, flag, 'rather lost than run again after a crash'),
    key: maybeAt(12, hexOf(16), 'asking again with the same key gives the same job'),
  }),
  output: jobView,
  event: undefined,
  repeat: 'needs-key',
  timeoutMs: QUICK_MS,
}

/** A piece of a module or an input. Pieces come in order; an empty one asks how much is there. */
export interface JobPiece {
  readonly hash: Hash
  readonly sizeBytes: number
  readonly offset: number
  readonly bytes: Uint8Array
}

/** `haveBytes` is where the next piece begins; equal to `sizeBytes` once all is there and is what `hash` says. */
export const putJobBytesCommand: CommandShape<JobPiece, { readonly haveBytes: number }> = {
  name: 'job.put',
  effect: 'writes',
  grant: { resource: 'job:*', act: 'run' },
  says: 'Bring a program or an input to the device, piece by piece.',
  examples: ['cloudos job put FILE'],
  input: record<JobPiece>({
    hash: at(1, id('Hash'), 'SHA-256 of the whole'),
    sizeBytes: at(2, uint(LIMITS.blobMaxBytes), 'size of the whole'),
    offset: at(3, uint(), 'where this piece begins'),
    bytes: at(4, bytesUpTo(LIMITS.jobInlineMaxBytes), 'the piece'),
  }),
  output: record<{ readonly haveBytes: number }>({ haveBytes: at(1, uint()) }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

/** Work from another device of the profile: a `JobSpec` with the signature of that device. The same spec gives the same job. */
export interface JobOffer {
  readonly name: string
  readonly spec: Uint8Array
  readonly neverTwice: boolean
}

export const offerJobCommand: CommandShape<JobOffer, JobView> = {
  name: 'job.offer',
  effect: 'writes',
  grant: { resource: 'job:*', act: 'run' },
  says: 'Hand a signed job over to this device.',
  examples: ['cloudos job offer SPEC'],
  input: record<JobOffer>({
    name: at(1, jobName, 'what it is called in lists'),
    spec: at(2, bytesUpTo(LIMITS.jobSpecMaxBytes + SIGNATURE_BYTES), 'the signed job'),
    neverTwice: at(3, flag, 'rather lost than run again after a crash'),
  }),
  output: jobView,
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

/** The newest first. */
export const listJobsCommand: CommandShape<{ readonly limit?: number }, { readonly jobs: readonly JobView[] }> = {
  name: 'job.list',
  effect: 'reads',
  grant: { resource: 'job:*', act: 'read' },
  says: 'List the jobs of this device, the newest first.',
  examples: ['cloudos job list', 'cloudos job list --limit 5 --json'],
  input: record<{ readonly limit?: number }>({ limit: maybeAt(1, uint(LIMITS.jobListMax, 1), 'how many at most') }),
  output: record<{ readonly jobs: readonly JobView[] }>({ jobs: at(1, list(jobView, { max: LIMITS.jobListMax })) }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

/** Tells of a job whenever it moves, until it is cancelled; those that have not ended come first. */
export const watchJobsCommand: CommandShape<Nothing, Nothing, JobView> = {
  name: 'job.watch',
  effect: 'reads',
  grant: { resource: 'job:*', act: 'read' },
  says: 'Tell of each job whenever it moves, until it is stopped.',
  examples: ['cloudos job watch'],
  input: nothing,
  output: nothing,
  event: jobView,
  repeat: 'harmless',
  timeoutMs: LIMITS.rpcMaxTimeoutMs,
}

export interface JobAddress {
  readonly jobId: JobId
}

const jobAddress = record<JobAddress>({ jobId: at(1, id('JobId'), 'which job') })

/** Everything about one job but its log and the bytes it left. */
export interface JobDetails {
  readonly job: JobView
  readonly moves: readonly JobMove[]
  readonly args: readonly string[]
  readonly inputs: readonly JobInput[]
  readonly moduleHash: Hash
  readonly memoryMiB: number
  readonly wallMs: number
  readonly cpuMs: number
  readonly outputBytes: number
  readonly minTier: IsolationTier
  readonly outputs: readonly JobOutput[]
  /** Once it has ended after running. */
  readonly usage?: JobUsage
  /** So far, of stdout and stderr together. */
  readonly logBytes: number
  readonly hasReceipt: boolean
  /** JSON: what was looked at when the device was chosen; absent when the device was named. */
  readonly placement?: string
}

export const showJobCommand: CommandShape<JobAddress, JobDetails> = {
  name: 'job.show',
  effect: 'reads',
  grant: { resource: 'job:*', act: 'read' },
  says: 'Tell everything about one job but its log and its files.',
  examples: ['cloudos job show 00112233445566778899aabbccddeeff'],
  input: jobAddress,
  output: record<JobDetails>({
    job: at(1, jobView),
    moves: at(2, list(jobMove, { max: 256 })),
    args: at(3, list(text(LIMITS.jobSpecMaxBytes), { max: LIMITS.jobArgsMax })),
    inputs: at(4, list(jobInput, { max: LIMITS.jobInputsMax })),
    moduleHash: at(5, id('Hash')),
    memoryMiB: at(6, uint()),
    wallMs: at(7, uint()),
    cpuMs: at(8, uint()),
    outputBytes: at(9, uint()),
    minTier: at(10, isolationTier),
    outputs: at(11, list(jobOutput, { max: LIMITS.jobFilesMax })),
    usage: maybeAt(12, jobUsage),
    logBytes: at(13, uint()),
    hasReceipt: at(14, flag),
    placement: maybeAt(15, text(LIMITS.jobPlacementMaxBytes)),
  }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

/** A piece of what the program wrote; `offset` counts the bytes of both streams together. */
export interface LogPiece {
  readonly stream: 'out' | 'err'
  readonly offset: number
  readonly bytes: Uint8Array
}

const logPiece = record<LogPiece>({
  stream: at(1, oneOf({ out: 1, err: 2 })),
  offset: at(2, uint()),
  bytes: at(3, bytesUpTo(LIMITS.jobInlineMaxBytes)),
})

export interface LogRange extends JobAddress {
  /** Where to begin; the `nextOffset` of an earlier answer resumes there. */
  readonly offset?: number
  /** Stays until the job has ended. */
  readonly follow?: boolean
}

/** Tells the log from `offset` on, in order and without gaps. */
export const jobLogsCommand: CommandShape<LogRange, { readonly nextOffset: number }, LogPiece> = {
  name: 'job.logs',
  effect: 'reads',
  grant: { resource: 'job:*', act: 'read' },
  says: 'Print what a job has written.',
  examples: [
    'cloudos job logs 00112233445566778899aabbccddeeff',
    'cloudos job logs 00112233445566778899aabbccddeeff --follow',
  ],
  input: record<LogRange>({
    jobId: at(1, id('JobId'), 'which job'),
    offset: maybeAt(2, uint(), 'where to begin'),
    follow: maybeAt(3, flag, 'stay until the job has ended'),
  }),
  output: record<{ readonly nextOffset: number }>({ nextOffset: at(1, uint()) }),
  event: logPiece,
  repeat: 'harmless',
  timeoutMs: LIMITS.rpcMaxTimeoutMs,
}

/** Either a piece of the log or the job after a move. */
export type JobNews = ({ readonly kind: 'log' } & LogPiece) | { readonly kind: 'job'; readonly job: JobView }

/** As `job.logs` with `follow`, with the job's moves in between; the answer is the job as it ended. */
export const attachJobCommand: CommandShape<{ readonly jobId: JobId; readonly offset?: number }, JobView, JobNews> = {
  name: 'job.attach',
  effect: 'reads',
  grant: { resource: 'job:*', act: 'read' },
  says: 'Follow a job and its log until it has ended.',
  examples: ['cloudos job attach 00112233445566778899aabbccddeeff'],
  input: record<{ readonly jobId: JobId; readonly offset?: number }>({
    jobId: at(1, id('JobId'), 'which job'),
    offset: maybeAt(2, uint(), 'where to begin'),
  }),
  output: jobView,
  event: variant<JobNews, string>({
    log: [1, logPiece],
    job: [2, record<{ readonly job: JobView }>({ job: at(1, jobView) })],
  }),
  repeat: 'harmless',
  timeoutMs: LIMITS.rpcMaxTimeoutMs,
}

/** Ends the job for sure; one that has ended stays as it is. Answered once it has ended. */
export const cancelJobCommand: CommandShape<JobAddress, JobView> = {
  name: 'job.cancel',
  effect: 'writes',
  grant: { resource: 'job:*', act: 'run' },
  says: 'End a job for sure.',
  examples: ['cloudos job cancel 00112233445566778899aabbccddeeff'],
  input: jobAddress,
  output: jobView,
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

/** A piece of a file that the job has left. */
export interface OutputRange extends JobAddress {
  readonly name: string
  readonly offset?: number
}

export const jobOutputCommand: CommandShape<OutputRange, { readonly sizeBytes: number; readonly bytes: Uint8Array }> = {
  name: 'job.output',
  effect: 'reads',
  grant: { resource: 'job:*', act: 'read' },
  says: 'Fetch a file that a job has left.',
  examples: ['cloudos job output 00112233445566778899aabbccddeeff --name result.txt'],
  input: record<OutputRange>({
    jobId: at(1, id('JobId'), 'which job'),
    name: at(2, text(255), 'which file'),
    offset: maybeAt(3, uint(), 'where to begin'),
  }),
  output: record<{ readonly sizeBytes: number; readonly bytes: Uint8Array }>({
    sizeBytes: at(1, uint()),
    bytes: at(2, bytesUpTo(LIMITS.jobInlineMaxBytes)),
  }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

/** What proves a run to anybody who has the two devices' keys: `verifyJobProof` in the crypto room. */
export interface JobProof {
  /** The `JobSpec` with the signature of the device that asked. */
  readonly spec: Uint8Array
  /** The `ReceiptProof` of the device that ran it. */
  readonly receipt: Uint8Array
  /** What the receipt's `outputHash` is of: the hash of stdout, and the files. */
  readonly stdout: Hash
  readonly outputs: readonly JobOutput[]
}

export const jobReceiptCommand: CommandShape<JobAddress, JobProof> = {
  name: 'job.receipt',
  effect: 'reads',
  grant: { resource: 'job:*', act: 'read' },
  says: 'Fetch what proves a run to anybody.',
  examples: ['cloudos job receipt 00112233445566778899aabbccddeeff'],
  input: jobAddress,
  output: record<JobProof>({
    spec: at(1, bytesUpTo(LIMITS.jobSpecMaxBytes + SIGNATURE_BYTES)),
    receipt: at(2, bytesUpTo(LIMITS.jobReceiptMaxBytes + 2 * LIMITS.smallRecordMaxBytes)),
    stdout: at(3, id('Hash')),
    outputs: at(4, list(jobOutput, { max: LIMITS.jobFilesMax })),
  }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

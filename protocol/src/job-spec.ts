import { bytesOf, flag, id, list, oneOf, text, uint } from './codecs.ts'
import { isDisplayText } from './display-text.ts'
import type { DeviceId, Hash, JobId } from './ids.ts'
import { isolationTier } from './isolation-tier.ts'
import type { IsolationTier } from './isolation-tier.ts'
import { LIMITS } from './limits.ts'
import { at, checked, encodeRecord, maybeAt, parseRecord, record, versionedRecord } from './record.ts'
import type { RecordRefusal, VersionRefusal } from './record.ts'
import { findResource } from './resource.ts'
import type { Result } from './result.ts'

export type JobKind = 'wasm' | 'wasi' | 'js' | 'process' | 'oci'

export interface JobInput {
  readonly hash: Hash
  readonly sizeBytes: number
  /** A plain file name in the job's folder. */
  readonly name: string
}

/** What a job may use at most. Reaching one ends it with `limit:…` in the receipt. */
export interface JobLimits {
  /** Counted instructions; 0 where the executor does not count. */
  readonly fuel: number
  readonly cpuMs: number
  readonly wallMs: number
  readonly memoryMiB: number
  readonly outputBytes: number
  readonly files: number
  readonly diskMiB: number
  readonly processes: number
  /** `host:port` each; empty is no network at all. */
  readonly network: readonly string[]
}

export interface JobPrice {
  /** `credit` is settled between people who know each other, without a chain. */
  readonly unit: 'nano-usd' | 'credit'
  /** The most that all replicas together may cost. 0: for nothing. */
  readonly max: number
}

/** One unit of work, signed by the customer's device (domain `job-spec`). The job's hash is the SHA-256 of the payload. */
export interface JobSpec {
  readonly jobId: JobId
  readonly customer: DeviceId
  /** Absent: any provider that fits. */
  readonly provider?: DeviceId
  readonly kind: JobKind
  readonly moduleHash: Hash
  readonly args: readonly string[]
  readonly inputs: readonly JobInput[]
  readonly limits: JobLimits
  /** The same module and inputs give the same output bytes anywhere, so that results can be compared. */
  readonly isDeterministic: boolean
  readonly replicas: number
  readonly price: JobPrice
  readonly notBeforeMs: number
  readonly expiresAtMs: number
  /** X25519: the output is sealed to it. */
  readonly resultPublicKey: Uint8Array
  /** Never run in a weaker tier than this one. */
  readonly minTier: IsolationTier
  readonly nonce: Uint8Array
}

export type JobSpecRule = 'bad-validity' | 'too-long-lived' | 'input-name-twice'
export type JobSpecRefusal = RecordRefusal<JobSpec> | VersionRefusal | JobSpecRule

const limits = record<JobLimits>({
  fuel: at(1, uint()),
  cpuMs: at(2, uint(undefined, 1)),
  wallMs: at(3, uint(undefined, 1)),
  memoryMiB: at(4, uint(undefined, 1)),
  outputBytes: at(5, uint()),
  files: at(6, uint()),
  diskMiB: at(7, uint()),
  processes: at(8, uint(undefined, 1)),
  network: at(9, list(text(260, isEndpoint), { max: LIMITS.jobEndpointsMax })),
})

export const jobInput = record<JobInput>({
  hash: at(1, id('Hash')),
  sizeBytes: at(2, uint()),
  name: at(3, text(255, isFileName)),
})

const price = record<JobPrice>({
  unit: at(1, oneOf<JobPrice['unit']>({ 'nano-usd': 1, credit: 2 })),
  max: at(2, uint()),
})

const codec = checked(
  versionedRecord<JobSpec>(1, {
    jobId: at(2, id('JobId')),
    customer: at(3, id('DeviceId')),
    provider: maybeAt(4, id('DeviceId')),
    kind: at(5, oneOf<JobKind>({ wasm: 1, wasi: 2, js: 3, process: 4, oci: 5 })),
    moduleHash: at(6, id('Hash')),
    args: at(7, list(text(LIMITS.jobSpecMaxBytes, isArgument), { max: LIMITS.jobArgsMax })),
    inputs: at(8, list(jobInput, { max: LIMITS.jobInputsMax })),
    limits: at(9, limits),
    isDeterministic: at(10, flag),
    replicas: at(11, uint(LIMITS.jobReplicasMax, 1)),
    price: at(12, price),
    notBeforeMs: at(13, uint()),
    expiresAtMs: at(14, uint()),
    resultPublicKey: at(15, bytesOf(32)),
    minTier: at(16, isolationTier),
    nonce: at(17, bytesOf(16)),
  }),
  checkSpec,
)

function checkSpec({ notBeforeMs, expiresAtMs, inputs }: JobSpec): JobSpecRule | undefined {
  if (notBeforeMs >= expiresAtMs) return 'bad-validity'
  if (expiresAtMs - notBeforeMs > LIMITS.jobMaxLifeMs) return 'too-long-lived'
  // Folded, because some file systems are: the second of two such inputs would overwrite the first.
  const names = new Set(inputs.map(({ name }) => name.toLowerCase()))
  return names.size === inputs.length ? undefined : 'input-name-twice'
}

/** No separator or stream syntax of any system, no `.` or `..`, nothing hidden from the eye. */
export function isFileName(name: string): boolean {
  return isDisplayText(name) && !/[/\\:*?"<>|]/.test(name) && !name.endsWith('.')
}

function isEndpoint(endpoint: string): boolean {
  return findResource('net:' + endpoint) !== undefined
}

/** An argument of a process ends at a NUL. */
function isArgument(argument: string): boolean {
  return !argument.includes('\0')
}

/** The payload that the customer's device signs. */
export function encodeJobSpec(spec: JobSpec): Uint8Array {
  return encodeRecord(codec, spec)
}

export function parseJobSpec(payload: Uint8Array): Result<JobSpec, JobSpecRefusal> {
  return parseRecord(codec, payload, LIMITS.jobSpecMaxBytes)
}

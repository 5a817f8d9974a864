import { bytesOf, bytesUpTo, id, int, list, oneOf, text, uint } from './codecs.ts'
import { isDisplayText } from './display-text.ts'
import type { DeviceId, Hash } from './ids.ts'
import { isolationTier } from './isolation-tier.ts'
import type { IsolationTier } from './isolation-tier.ts'
import { LIMITS } from './limits.ts'
import { at, checked, encodeRecord, maybeAt, parseRecord, record } from './record.ts'
import type { RecordRefusal } from './record.ts'
import type { Result } from './result.ts'

export type JobLimit = 'fuel' | 'cpu' | 'wall' | 'memory' | 'output' | 'files' | 'disk' | 'processes'

/** `ok` says that the job ended by itself; whether it succeeded is its `exitCode`. */
export type ExitReason = 'ok' | 'crash' | 'cancelled' | 'evicted' | `limit:${JobLimit}`

export interface JobUsage {
  readonly fuel: number
  readonly cpuMs: number
  readonly peakMiB: number
  readonly outputBytes: number
}

/** The account of one run. Its hash is a leaf of a batch that the provider's device signs. */
export interface JobReceipt {
  readonly jobHash: Hash
  /** Absent for own work, which nobody quotes. */
  readonly quoteHash?: Hash
  readonly moduleHash: Hash
  readonly inputsRoot: Hash
  readonly outputHash: Hash
  /** Absent when the job was ended from outside. */
  readonly exitCode?: number
  readonly reason: ExitReason
  readonly usage: JobUsage
  readonly startedAtMs: number
  readonly endedAtMs: number
  readonly tier: IsolationTier
  readonly agentVersion: string
  /** The provider's receipt before this one, `NO_HASH` for its first: one left out shows. */
  readonly prev: Hash
}

/** The Merkle root of many receipts, signed by the provider's device (domain `receipt-batch`). */
export interface ReceiptBatch {
  readonly deviceId: DeviceId
  readonly root: Hash
  readonly count: number
  readonly wallclockMs: number
}

/** A receipt that verifies alone: from its hash along `path` to the root of the signed batch. */
export interface ReceiptProof {
  readonly receipt: Uint8Array
  readonly index: number
  /** Sibling hashes from the leaf up. */
  readonly path: readonly Hash[]
  /** The payload of a `ReceiptBatch` and its signature. */
  readonly batch: Uint8Array
  readonly signature: Uint8Array
}

export type JobReceiptRule = 'ended-before-start' | 'exit-without-ok' | 'ok-without-exit'
export type JobReceiptRefusal = RecordRefusal<JobReceipt> | JobReceiptRule
export type ReceiptBatchRefusal = RecordRefusal<ReceiptBatch>
export type ReceiptProofRefusal = RecordRefusal<ReceiptProof>

export const exitReason = oneOf<ExitReason>({
  ok: 1,
  crash: 2,
  cancelled: 3,
  evicted: 4,
  'limit:fuel': 16,
  'limit:cpu': 17,
  'limit:wall': 18,
  'limit:memory': 19,
  'limit:output': 20,
  'limit:files': 21,
  'limit:disk': 22,
  'limit:processes': 23,
})

export const jobUsage = record<JobUsage>({
  fuel: at(1, uint()),
  cpuMs: at(2, uint()),
  peakMiB: at(3, uint()),
  outputBytes: at(4, uint()),
})

const receiptCodec = checked(
  record<JobReceipt>({
    jobHash: at(1, id('Hash')),
    quoteHash: maybeAt(2, id('Hash')),
    moduleHash: at(3, id('Hash')),
    inputsRoot: at(4, id('Hash')),
    outputHash: at(5, id('Hash')),
    exitCode: maybeAt(6, int),
    reason: at(7, exitReason),
    usage: at(8, jobUsage),
    startedAtMs: at(9, uint()),
    endedAtMs: at(10, uint()),
    tier: at(11, isolationTier),
    agentVersion: at(12, text(LIMITS.hardwareNameMaxBytes, isDisplayText)),
    prev: at(13, id('Hash')),
  }),
  checkReceipt,
)

function checkReceipt({ exitCode, reason: why, startedAtMs, endedAtMs }: JobReceipt): JobReceiptRule | undefined {
  if (endedAtMs < startedAtMs) return 'ended-before-start'
  if (why === 'ok' && exitCode === undefined) return 'ok-without-exit'
  return why !== 'ok' && exitCode !== undefined ? 'exit-without-ok' : undefined
}

const batchCodec = record<ReceiptBatch>({
  deviceId: at(1, id('DeviceId')),
  root: at(2, id('Hash')),
  count: at(3, uint(2 ** LIMITS.receiptPathMax, 1)),
  wallclockMs: at(4, uint()),
})

const proofCodec = record<ReceiptProof>({
  receipt: at(1, bytesUpTo(LIMITS.jobReceiptMaxBytes, 1)),
  index: at(2, uint(2 ** LIMITS.receiptPathMax - 1)),
  path: at(3, list(id('Hash'), { max: LIMITS.receiptPathMax })),
  batch: at(4, bytesUpTo(LIMITS.smallRecordMaxBytes, 1)),
  signature: at(5, bytesOf(64)),
})

export function encodeJobReceipt(receipt: JobReceipt): Uint8Array {
  return encodeRecord(receiptCodec, receipt)
}

export function parseJobReceipt(bytes: Uint8Array): Result<JobReceipt, JobReceiptRefusal> {
  return parseRecord(receiptCodec, bytes, LIMITS.jobReceiptMaxBytes)
}

/** The payload that the provider's device signs. */
export function encodeReceiptBatch(batch: ReceiptBatch): Uint8Array {
  return encodeRecord(batchCodec, batch)
}

export function parseReceiptBatch(payload: Uint8Array): Result<ReceiptBatch, ReceiptBatchRefusal> {
  return parseRecord(batchCodec, payload, LIMITS.smallRecordMaxBytes)
}

export function encodeReceiptProof(proof: ReceiptProof): Uint8Array {
  return encodeRecord(proofCodec, proof)
}

/** Only the form: the receipt, the path and the signature are still to be checked. */
export function parseReceiptProof(bytes: Uint8Array): Result<ReceiptProof, ReceiptProofRefusal> {
  return parseRecord(proofCodec, bytes, LIMITS.jobReceiptMaxBytes + 2 * LIMITS.smallRecordMaxBytes)
}

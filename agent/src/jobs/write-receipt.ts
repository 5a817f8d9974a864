import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { hashId } from '@cloudos/crypto/hash'
import { inputsRootOf, outputHashOf, receiptHash } from '@cloudos/crypto/jobs/job-proof'
import { signFor } from '@cloudos/crypto/signature'
import type { Hash } from '@cloudos/protocol/ids'
import { NO_HASH } from '@cloudos/protocol/ids'
import { encodeJobReceipt, encodeReceiptBatch, encodeReceiptProof } from '@cloudos/protocol/job-receipt'
import type { JobUsage } from '@cloudos/protocol/job-receipt'
import type { JobSpec } from '@cloudos/protocol/job-spec'
import type { Isolation, JobEnd, JobOutput } from '@cloudos/protocol/job-state'
import type { Signed } from '@cloudos/protocol/signed'

export interface FinishedRun {
  readonly spec: Signed<JobSpec>
  readonly end: JobEnd
  readonly usage: JobUsage
  readonly stdout: Hash
  readonly outputs: readonly JobOutput[]
  readonly startedAtMs: number
  readonly endedAtMs: number
  readonly isolation: Isolation
  readonly agentVersion: string
  readonly prev: Hash | undefined
}

export interface WrittenReceipt {
  readonly hash: Hash
  /** A `ReceiptProof`: the only leaf of its batch. */
  readonly proof: Uint8Array
}

/** This device's signed account of a run. The next one names its hash. */
export async function writeReceipt(run: FinishedRun, { deviceId, signer }: DeviceIdentity): Promise<WrittenReceipt> {
  const { spec, end, startedAtMs, endedAtMs } = run
  const receipt = encodeJobReceipt({
    jobHash: hashId(spec.payload),
    moduleHash: spec.value.moduleHash,
    inputsRoot: inputsRootOf(spec.value.inputs),
    outputHash: outputHashOf(run.stdout, run.outputs),
    ...(end.exitCode === undefined ? {} : { exitCode: end.exitCode }),
    reason: end.reason,
    usage: run.usage,
    startedAtMs,
    endedAtMs: Math.max(startedAtMs, endedAtMs), // a clock set back meanwhile
    tier: run.isolation.tier,
    agentVersion: run.agentVersion,
    prev: run.prev ?? NO_HASH,
  })
  const hash = receiptHash(receipt)
  const batch = encodeReceiptBatch({ deviceId, root: hash, count: 1, wallclockMs: endedAtMs })
  const signature = await signFor(signer, 'receipt-batch', batch)
  return { hash, proof: encodeReceiptProof({ receipt, index: 0, path: [], batch, signature }) }
}

import { concatBytes } from '@cloudos/protocol/bytes'
import { id, list } from '@cloudos/protocol/codecs'
import { bytesFromId, idFromBytes } from '@cloudos/protocol/ids'
import type { DeviceId, Hash } from '@cloudos/protocol/ids'
import type { JobProof } from '@cloudos/protocol/job-commands'
import { parseJobReceipt, parseReceiptBatch, parseReceiptProof } from '@cloudos/protocol/job-receipt'
import type { JobReceipt } from '@cloudos/protocol/job-receipt'
import { parseJobSpec } from '@cloudos/protocol/job-spec'
import type { JobInput, JobSpec } from '@cloudos/protocol/job-spec'
import { jobOutput } from '@cloudos/protocol/job-state'
import type { JobOutput } from '@cloudos/protocol/job-state'
import { LIMITS } from '@cloudos/protocol/limits'
import { at, encodeRecord, record } from '@cloudos/protocol/record'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import { parseSigned } from '@cloudos/protocol/signed'
import { hashFor, hashId } from '../hash.ts'
import { verifyFor } from '../signature.ts'

/** Where a receipt stands in the chain of its device, and what the batch of its signature is made of. */
export function receiptHash(receipt: Uint8Array): Hash {
  return idFromBytes('Hash', hashFor('job-receipt', receipt))
}

/** A node of a batch's tree. The domain keeps it apart from every leaf. */
export function receiptNode(left: Hash, right: Hash): Hash {
  return idFromBytes('Hash', hashFor('receipt-batch', bytesFromId(left), bytesFromId(right)))
}

/** `inputsRoot` of a receipt: of the inputs' hashes in their order. */
export function inputsRootOf(inputs: readonly JobInput[]): Hash {
  return hashId(concatBytes(...inputs.map(({ hash }) => bytesFromId(hash))))
}

interface Left {
  readonly stdout: Hash
  readonly outputs: readonly JobOutput[]
}

const leftCodec = record<Left>({
  stdout: at(1, id('Hash')),
  outputs: at(2, list(jobOutput, { max: LIMITS.jobFilesMax })),
})

/** `outputHash` of a receipt: of stdout's hash and the files' names, hashes and sizes, in the order they were opened. */
export function outputHashOf(stdout: Hash, outputs: readonly JobOutput[]): Hash {
  return hashId(encodeRecord(leftCodec, { stdout, outputs }))
}

export interface ProvenRun {
  readonly spec: JobSpec
  readonly receipt: JobReceipt
  /** The device that says it ran the job. */
  readonly provider: DeviceId
}

export type JobProofFault =
  | 'bad-form'
  | 'unknown-device'
  | 'bad-spec-signature'
  | 'bad-receipt-signature'
  | 'other-batch'
  | 'other-job'
  | 'other-device'
  | 'other-module'
  | 'other-inputs'
  | 'other-outputs'

/**
 * That the device which asked signed this job, that the device which ran it signed this receipt of it, and that the outputs are those
 * of the receipt. `keyOf` gives the signing key of a device that the caller trusts to be that device. It needs no connection. It does
 * NOT say that the provider told the truth: that takes running the job again.
 */
export async function verifyJobProof(
  proof: JobProof,
  keyOf: (deviceId: DeviceId) => Uint8Array | undefined,
): Promise<Result<ProvenRun, JobProofFault>> {
  const signed = parseSigned(proof.spec, parseJobSpec)
  const path = parseReceiptProof(proof.receipt)
  if (!signed.ok || !path.ok) return err('bad-form')
  const receipt = parseJobReceipt(path.value.receipt)
  const batch = parseReceiptBatch(path.value.batch)
  if (!receipt.ok || !batch.ok) return err('bad-form')
  const { value: spec, payload, signature } = signed.value
  const askedKey = keyOf(spec.customer)
  const ranKey = keyOf(batch.value.deviceId)
  if (askedKey === undefined || ranKey === undefined) return err('unknown-device')
  if (!(await verifyFor(askedKey, 'job-spec', payload, signature))) return err('bad-spec-signature')
  if (!(await verifyFor(ranKey, 'receipt-batch', path.value.batch, path.value.signature)))
    return err('bad-receipt-signature')
  if (rootFrom(receiptHash(path.value.receipt), path.value.index, path.value.path) !== batch.value.root)
    return err('other-batch')
  const fault = compare(proof, spec, payload, receipt.value, batch.value.deviceId)
  return fault === undefined ? ok({ spec, receipt: receipt.value, provider: batch.value.deviceId }) : err(fault)
}

function compare(
  { stdout, outputs }: JobProof,
  spec: JobSpec,
  payload: Uint8Array,
  receipt: JobReceipt,
  provider: DeviceId,
): JobProofFault | undefined {
  if (receipt.jobHash !== hashId(payload)) return 'other-job'
  if (spec.provider !== undefined && spec.provider !== provider) return 'other-device'
  if (receipt.moduleHash !== spec.moduleHash) return 'other-module'
  if (receipt.inputsRoot !== inputsRootOf(spec.inputs)) return 'other-inputs'
  return receipt.outputHash === outputHashOf(stdout, outputs) ? undefined : 'other-outputs'
}

function rootFrom(leaf: Hash, index: number, path: readonly Hash[]): Hash | undefined {
  let root = leaf
  let place = index
  for (const sibling of path) {
    root = place % 2 === 0 ? receiptNode(root, sibling) : receiptNode(sibling, root)
    place = Math.floor(place / 2)
  }
  return place === 0 ? root : undefined
}

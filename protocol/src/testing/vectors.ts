import { auditCheckpointVectors, auditEntryVectors } from './audit-vectors.ts'
import { authorityVectors } from './authority-vectors.ts'
import { cborVectors } from './cbor-vectors.ts'
import { capabilityRecordVectors, certificateVectors, renewalVectors } from './device-vectors.ts'
import type { FormatName } from './formats.ts'
import { jobReceiptVectors, jobSpecVectors, receiptBatchVectors, receiptProofVectors } from './job-vectors.ts'
import { frameVectors, invitationVectors, rpcVectors, tokenVectors } from './message-vectors.ts'
import { sightingsVectors } from './sightings-vectors.ts'
import {
  headVectors,
  headsVectors,
  packIndexVectors,
  slotVectors,
  snapshotAckVectors,
  snapshotListVectors,
  snapshotVectors,
  vaultVectors,
} from './storage-vectors.ts'
import type { Vectors } from './vector.ts'

export const VECTORS: Readonly<Record<FormatName, Vectors>> = {
  cbor: cborVectors,
  frame: frameVectors,
  certificate: certificateVectors,
  renewal: renewalVectors,
  authority: authorityVectors,
  slot: slotVectors,
  head: headVectors,
  heads: headsVectors,
  sightings: sightingsVectors,
  'pack-index': packIndexVectors,
  snapshot: snapshotVectors,
  'snapshot-list': snapshotListVectors,
  'snapshot-ack': snapshotAckVectors,
  vault: vaultVectors,
  rpc: rpcVectors,
  invitation: invitationVectors,
  'capability-token': tokenVectors,
  'capability-record': capabilityRecordVectors,
  'job-spec': jobSpecVectors,
  'job-receipt': jobReceiptVectors,
  'audit-entry': auditEntryVectors,
  'audit-checkpoint': auditCheckpointVectors,
  'receipt-batch': receiptBatchVectors,
  'receipt-proof': receiptProofVectors,
}

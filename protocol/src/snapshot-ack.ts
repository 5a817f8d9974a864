import { id, uint } from './codecs.ts'
import type { DeviceId, DocId, Hash } from './ids.ts'
import { at, encodeRecord, parseRecord, record } from './record.ts'
import type { RecordRefusal } from './record.ts'
import { LIMITS } from './limits.ts'
import type { Result } from './result.ts'

/**
 * A device has replayed the old frames and opened the snapshot, and both gave this state. Signed by that device (domain
 * `snapshot-ack`); old frames may go only once such an acknowledgement exists.
 */
export interface SnapshotAck {
  readonly snapshotId: Hash
  readonly stateVectorHash: Hash
  readonly canonicalJsonHash: Hash
  readonly docId: DocId
  readonly deviceId: DeviceId
  readonly wallclockMs: number
}

export type SnapshotAckRefusal = RecordRefusal<SnapshotAck>

const codec = record<SnapshotAck>({
  snapshotId: at(1, id('Hash')),
  stateVectorHash: at(2, id('Hash')),
  canonicalJsonHash: at(3, id('Hash')),
  docId: at(4, id('DocId')),
  deviceId: at(5, id('DeviceId')),
  wallclockMs: at(6, uint()),
})

/** The payload that the device signs. */
export function encodeSnapshotAck(ack: SnapshotAck): Uint8Array {
  return encodeRecord(codec, ack)
}

export function parseSnapshotAck(payload: Uint8Array): Result<SnapshotAck, SnapshotAckRefusal> {
  return parseRecord(codec, payload, LIMITS.smallRecordMaxBytes)
}

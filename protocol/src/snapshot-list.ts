import { chainHeadsCodec } from './chain-heads.ts'
import type { ChainHead } from './chain-heads.ts'
import { bytesUpTo, id, list, uint } from './codecs.ts'
import type { ChainKey, DocId, Hash } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, checked, encodeRecord, maybeAt, parseRecord, record, versionedRecord } from './record.ts'
import type { RecordRefusal, VersionRefusal } from './record.ts'
import type { Result } from './result.ts'

/** A snapshot as it lies on a medium: blobs that are one frame each. What this says of it is the claim of whoever wrote the head. */
export interface ListedSnapshot {
  readonly blob: Hash
  /** Of all its blobs. */
  readonly sizeBytes: number
  readonly snapshotId: Hash
  readonly docId: DocId
  readonly covers: ReadonlyMap<ChainKey, ChainHead>
  readonly takenAtMs: number
  /** Signed `SnapshotAck`s. */
  readonly acks: readonly Uint8Array[]
  /** Where it has several parts: the others, in order. A head that leads to such a snapshot asks for reader version 2. */
  readonly laterBlobs?: readonly Hash[]
}

/** The snapshots of a copy, those of one document from the oldest to the newest. */
export interface SnapshotList {
  readonly snapshots: readonly ListedSnapshot[]
}

export type SnapshotListRefusal = RecordRefusal<SnapshotList> | VersionRefusal

const listed = checked(
  record<ListedSnapshot>({
    blob: at(1, id('Hash')),
    sizeBytes: at(2, uint(LIMITS.frameMaxBytes * LIMITS.snapshotPartsMax, 1)),
    snapshotId: at(3, id('Hash')),
    docId: at(4, id('DocId')),
    covers: at(5, chainHeadsCodec),
    takenAtMs: at(6, uint()),
    acks: at(7, list(bytesUpTo(LIMITS.smallRecordMaxBytes), { max: LIMITS.snapshotAcksMax })),
    laterBlobs: maybeAt(8, list(id('Hash'), { min: 1, max: LIMITS.snapshotPartsMax - 1 })),
  }),
  (one) => (one.sizeBytes <= LIMITS.frameMaxBytes * blobsOf(one).length ? undefined : 'bad-sizeBytes'),
)

const codec = versionedRecord<SnapshotList>(1, {
  snapshots: at(2, list(listed, { max: LIMITS.snapshotsMax })),
})

/** All its blobs, in order. */
export function blobsOf({ blob, laterBlobs = [] }: Pick<ListedSnapshot, 'blob' | 'laterBlobs'>): readonly Hash[] {
  return [blob, ...laterBlobs]
}

export function encodeSnapshotList(snapshots: SnapshotList): Uint8Array {
  return encodeRecord(codec, snapshots)
}

export function parseSnapshotList(bytes: Uint8Array): Result<SnapshotList, SnapshotListRefusal> {
  return parseRecord(codec, bytes, LIMITS.blobMaxBytes)
}

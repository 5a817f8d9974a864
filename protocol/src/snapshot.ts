import { chainHeadsCodec } from './chain-heads.ts'
import type { ChainHead } from './chain-heads.ts'
import { bytesUpTo } from './codecs.ts'
import type { ChainKey } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, encodeRecord, parseRecord, record } from './record.ts'
import type { RecordRefusal } from './record.ts'
import type { Result } from './result.ts'

/**
 * What is sealed in a frame of type `snapshot`: a document's whole state and the frames that it is the state of. Parsing says nothing
 * of whether it is: only who replays those frames knows.
 */
export interface Snapshot {
  readonly covers: ReadonlyMap<ChainKey, ChainHead>
  /** One Yjs update (V1) from nothing, hostile until it has been read. */
  readonly state: Uint8Array
}

export type SnapshotRefusal = RecordRefusal<Snapshot>

const codec = record<Snapshot>({
  covers: at(1, chainHeadsCodec),
  state: at(2, bytesUpTo(LIMITS.editMaxBytes, 2)),
})

export function encodeSnapshot(snapshot: Snapshot): Uint8Array {
  return encodeRecord(codec, snapshot)
}

export function parseSnapshot(payload: Uint8Array): Result<Snapshot, SnapshotRefusal> {
  return parseRecord(codec, payload, LIMITS.frameMaxBytes)
}

import { chainCodec } from './chain-heads.ts'
import { id, list, uint } from './codecs.ts'
import type { ChainKey, DocId, Hash } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, checked, encodeRecord, maybeAt, parseRecord, record, versionedRecord } from './record.ts'
import type { RecordRefusal, VersionRefusal } from './record.ts'
import type { Result } from './result.ts'

/** The frames of one chain that a pack holds: all of them from the first to the last. */
export interface ChainSpan {
  readonly docId: DocId
  readonly chain: ChainKey
  readonly fromSeq: number
  readonly toSeq: number
}

/** A blob of whole frames, one after the other; each says itself how long it is. */
export interface Pack {
  readonly blob: Hash
  readonly sizeBytes: number
  readonly spans: readonly ChainSpan[]
  /** When the newest frame of it was put there, in whole hours since 1970; absent where that was not noted. */
  readonly newestHour?: number
}

/** A pack as an index lists it: with its spans, or with how many frames more it holds of the one chain that the pack before ends with. */
export interface ListedPack extends Omit<Pack, 'spans'> {
  readonly spans?: readonly ChainSpan[]
  readonly more?: number
}

/** What a head leads to besides the ways in. The packs stand in an order in which their frames can be taken. */
export interface PackIndex {
  /** Blobs of signed entries: the authority log. Together they hold the head's tip. */
  readonly authorityBlobs: readonly Hash[]
  readonly packs: readonly ListedPack[]
  /** A `SnapshotList`, where the packs do not hold every frame from the beginning or will not for long. */
  readonly snapshotsBlob?: Hash
}

export type PackIndexRefusal = RecordRefusal<PackIndex> | VersionRefusal

const span = checked(
  record<ChainSpan>({
    docId: at(1, id('DocId')),
    chain: at(2, chainCodec),
    fromSeq: at(3, uint(undefined, 1)),
    toSeq: at(4, uint(undefined, 1)),
  }),
  ({ fromSeq, toSeq }) => (fromSeq <= toSeq ? undefined : 'bad-toSeq'),
)

const listedPack = checked(
  record<ListedPack>({
    blob: at(1, id('Hash')),
    sizeBytes: at(2, uint(LIMITS.blobMaxBytes, 1)),
    spans: maybeAt(3, list(span, { min: 1, max: LIMITS.packSpansMax })),
    newestHour: maybeAt(4, uint()),
    more: maybeAt(5, uint(undefined, 1)),
  }),
  ({ spans, more }) => ((spans === undefined) === (more === undefined) ? 'bad-spans' : undefined),
)

const codec = versionedRecord<PackIndex>(1, {
  authorityBlobs: at(2, list(id('Hash'), { min: 1, max: LIMITS.authorityBlobsMax })),
  packs: at(3, list(listedPack, { max: LIMITS.packsMax })),
  snapshotsBlob: maybeAt(4, id('Hash')),
})

export function encodePackIndex(index: PackIndex): Uint8Array {
  return encodeRecord(codec, index)
}

export function parsePackIndex(bytes: Uint8Array): Result<PackIndex, PackIndexRefusal> {
  return parseRecord(codec, bytes, LIMITS.cborMaxBytes)
}

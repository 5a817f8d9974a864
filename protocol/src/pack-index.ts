import { converted, hexOf, id, list, uint } from './codecs.ts'
import { chainKey, findId } from './ids.ts'
import type { ChainKey, DocId, Hash } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, checked, encodeRecord, parseRecord, record, versionedRecord } from './record.ts'
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
}

/** What a head leads to besides the ways in. The packs stand in an order in which their frames can be taken. */
export interface PackIndex {
  /** Blobs of signed entries: the authority log. Together they hold the head's tip. */
  readonly authorityBlobs: readonly Hash[]
  readonly packs: readonly Pack[]
}

export type PackIndexRefusal = RecordRefusal<PackIndex> | VersionRefusal

const DEVICE_HEX = 2 * 16

const chain = converted(
  hexOf(20),
  (hex): ChainKey | undefined => {
    const deviceId = findId('DeviceId', hex.slice(0, DEVICE_HEX))
    const incarnation = findId('Incarnation', hex.slice(DEVICE_HEX))
    return deviceId && incarnation && chainKey(deviceId, incarnation)
  },
  (key) => key,
)

const span = checked(
  record<ChainSpan>({
    docId: at(1, id('DocId')),
    chain: at(2, chain),
    fromSeq: at(3, uint(undefined, 1)),
    toSeq: at(4, uint(undefined, 1)),
  }),
  ({ fromSeq, toSeq }) => (fromSeq <= toSeq ? undefined : 'bad-toSeq'),
)

const codec = versionedRecord<PackIndex>(1, {
  authorityBlobs: at(2, list(id('Hash'), { min: 1, max: LIMITS.authorityBlobsMax })),
  packs: at(
    3,
    list(
      record<Pack>({
        blob: at(1, id('Hash')),
        sizeBytes: at(2, uint(LIMITS.blobMaxBytes, 1)),
        spans: at(3, list(span, { min: 1, max: LIMITS.packSpansMax })),
      }),
      { max: LIMITS.packsMax },
    ),
  ),
})

export function encodePackIndex(index: PackIndex): Uint8Array {
  return encodeRecord(codec, index)
}

export function parsePackIndex(bytes: Uint8Array): Result<PackIndex, PackIndexRefusal> {
  return parseRecord(codec, bytes, LIMITS.cborMaxBytes)
}

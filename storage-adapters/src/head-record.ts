import { bytesFromId, idFromBytes } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import { concatBytes } from '@cloudos/protocol/bytes'

/*
 * 'CUh' | ver1 | removed1 | count u16 | count × hash32 | head
 * Its file is named by the SHA-256 of all of it, so a torn or altered one is told by its name.
 */
export interface HeadRecord {
  /** The records this one stands in for, newest first; they were all read and merged, or deleted, by its writer. */
  readonly replaces: readonly Hash[]
  /** `undefined`: the head was deleted. */
  readonly head: Uint8Array<ArrayBuffer> | undefined
}

/** The records on the medium when one is written, and as many older ones: a file that comes back late is still known as replaced. */
export const REPLACES_MAX = 2 * LIMITS.headSiblingsMax
const HASH_BYTES = 32
const PREFIX_BYTES = 7
export const HEAD_RECORD_MAX_BYTES = PREFIX_BYTES + REPLACES_MAX * HASH_BYTES + LIMITS.headMaxBytes

export function encodeHeadRecord(record: HeadRecord): Uint8Array<ArrayBuffer> {
  const count = record.replaces.length
  const prefix = Uint8Array.of(0x43, 0x55, 0x68, 1, record.head === undefined ? 1 : 0, count >> 8, count & 0xff)
  return new Uint8Array(concatBytes(prefix, ...record.replaces.map(bytesFromId), record.head ?? new Uint8Array()))
}

/** For bytes whose hash is already known to be their name; `undefined` when they are no head record all the same. */
export function findHeadRecord(bytes: Uint8Array<ArrayBuffer>): HeadRecord | undefined {
  const [c, u, h, version, removed = 2, high = 0, low = 0] = bytes
  if (bytes.length < PREFIX_BYTES || c !== 0x43 || u !== 0x55 || h !== 0x68 || version !== 1 || removed > 1)
    return undefined
  const count = (high << 8) | low
  const headOffset = PREFIX_BYTES + count * HASH_BYTES
  if (count > REPLACES_MAX || bytes.length < headOffset || bytes.length > HEAD_RECORD_MAX_BYTES) return undefined
  const replaces = Array.from({ length: count }, (_, index) => {
    const offset = PREFIX_BYTES + index * HASH_BYTES
    return idFromBytes('Hash', bytes.subarray(offset, offset + HASH_BYTES))
  })
  return { replaces, head: removed === 1 ? undefined : bytes.slice(headOffset) }
}

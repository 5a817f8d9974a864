import { LIMITS } from '@cloudos/protocol/limits'
import { crc32 } from './crc32.ts'

/* On disk: [len u32][crc32 u32][frame], big endian, back to back. */
export const RECORD_HEADER_BYTES = 8

export function encodeRecord(frame: Uint8Array): Uint8Array {
  const record = new Uint8Array(RECORD_HEADER_BYTES + frame.length)
  const view = new DataView(record.buffer)
  view.setUint32(0, frame.length)
  view.setUint32(4, crc32(frame))
  record.set(frame, RECORD_HEADER_BYTES)
  return record
}

export type FoundRecord =
  | { readonly kind: 'record'; readonly frame: Uint8Array; readonly nextOffset: number }
  /** The window ends inside what may be a record. */
  | { readonly kind: 'more' }
  | { readonly kind: 'bad' }

export function readRecord(window: Uint8Array, offset: number): FoundRecord {
  if (offset + RECORD_HEADER_BYTES > window.length) return { kind: 'more' }
  const view = new DataView(window.buffer, window.byteOffset + offset, RECORD_HEADER_BYTES)
  const length = view.getUint32(0)
  if (length === 0 || length > LIMITS.frameMaxBytes) return { kind: 'bad' }
  const start = offset + RECORD_HEADER_BYTES
  const magic = window[start] === undefined || (window[start] === 0x43 && isSecond(window[start + 1] ?? 0x55))
  if (!magic) return { kind: 'bad' }
  if (start + length > window.length) return { kind: 'more' }
  const frame = window.subarray(start, start + length)
  return crc32(frame) === view.getUint32(4) ? { kind: 'record', frame, nextOffset: start + length } : { kind: 'bad' }
}

/** A frame begins with CU, a snapshot that the document stands on with CB. */
function isSecond(byte: number): boolean {
  return byte === 0x55 || byte === 0x42
}

/**
 * The next whole record at or after `offset`, looking at every byte: a flipped length must not hide the records behind it.
 * Linear, because a candidate is checksummed only where a frame's first two bytes stand.
 */
export function findRecord(window: Uint8Array, offset: number): number | undefined {
  for (let at = offset; at + RECORD_HEADER_BYTES < window.length; at++) {
    if (readRecord(window, at).kind === 'record') return at
  }
  return undefined
}

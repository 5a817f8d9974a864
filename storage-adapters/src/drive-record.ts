import { bytesUpTo, id, list, text, uint } from '@cloudos/protocol/codecs'
import { concatBytes, equalBytes } from '@cloudos/protocol/bytes'
import { bytesFromId } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import { at, encodeRecord, maybeAt, parseRecord, record, versionedRecord } from '@cloudos/protocol/record'
import { hashOf } from './blob-hash.ts'

/**
 * One generation of everything small on a Drive. The file id `next` was drawn beforehand: whoever creates a file with it has written
 * the next generation, and nobody else can any more.
 */
export interface DriveRecord {
  /** The file id of generation 0. */
  readonly root: string
  readonly gen: number
  readonly next: string
  /** The generation before; not in generation 0. */
  readonly previous?: string
  readonly heads: readonly HeadAt[]
  /** The head that this generation wrote. */
  readonly body?: Uint8Array
  /** Blobs that came with this generation: they are found before Drive's lists show them. */
  readonly blobs: readonly BlobAt[]
  /** Heads of other roots that were merged into these, by the file ids of their generations. */
  readonly merged: readonly string[]
}

export interface HeadAt {
  readonly name: string
  /** The file id of the generation that wrote it; the one that holds this where it is left out. */
  readonly at?: string
}

export interface BlobAt {
  readonly name: Hash
  readonly file: string
}

/** Google documents no length; those for the application's own folder have about 50 characters. */
const FILE_ID = text(128, (value) => /^[\w-]+$/.test(value))
export const HEADS_MAX = 256
export const BLOBS_MAX = 64
export const MERGED_MAX = 64
export const RECORD_MAX_BYTES = LIMITS.headMaxBytes + 128 * 1024
const SUM_BYTES = 32

const codec = versionedRecord<DriveRecord>(1, {
  root: at(2, FILE_ID),
  gen: at(3, uint()),
  next: at(4, FILE_ID),
  previous: maybeAt(5, FILE_ID),
  heads: at(6, list(record<HeadAt>({ name: at(1, text(64)), at: maybeAt(2, FILE_ID) }), { max: HEADS_MAX })),
  body: maybeAt(7, bytesUpTo(LIMITS.headMaxBytes)),
  blobs: at(8, list(record<BlobAt>({ name: at(1, id('Hash')), file: at(2, FILE_ID) }), { max: BLOBS_MAX })),
  merged: at(9, list(FILE_ID, { max: MERGED_MAX })),
})

/** What stands behind the sum. */
export function encodeDriveContent(value: DriveRecord): Uint8Array<ArrayBuffer> {
  return new Uint8Array(encodeRecord(codec, value))
}

/** `undefined` when it is none. Says nothing of the sum. */
export function findDriveContent(bytes: Uint8Array): DriveRecord | undefined {
  const parsed = parseRecord(codec, bytes.slice(SUM_BYTES), RECORD_MAX_BYTES)
  return parsed.ok ? parsed.value : undefined
}

/** SHA-256 | CBOR: a body that was cut off on the way is told from a whole one. */
export async function encodeDriveRecord(value: DriveRecord): Promise<Uint8Array<ArrayBuffer>> {
  const content = encodeDriveContent(value)
  return new Uint8Array(concatBytes(bytesFromId(await hashOf(content)), content))
}

/** `undefined` when it is none, or not whole. */
export async function findDriveRecord(bytes: Uint8Array<ArrayBuffer>): Promise<DriveRecord | undefined> {
  const content = bytes.slice(SUM_BYTES)
  const isWhole = equalBytes(bytes.subarray(0, SUM_BYTES), bytesFromId(await hashOf(content)))
  return isWhole ? findDriveContent(bytes) : undefined
}

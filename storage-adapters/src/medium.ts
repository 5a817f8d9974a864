import type { Hash } from '@cloudos/protocol/ids'
import type { BlobStoreCapabilities, CasOutcome, HeadRead, Version } from '@cloudos/protocol/ports'
import type { Room } from '@cloudos/protocol/room'
import type { StoredName } from './names.ts'

/**
 * What differs from medium to medium; `createBlobStore` makes a `BlobStore` of it. By then names are well formed, bytes are within
 * bounds and nobody else's, and blobs are checked against their name afterwards. What is left to a medium:
 * - a write that rejects was not applied, and after `signal` aborts nothing more is sent;
 * - `ok` and `stored` mean durable;
 * - bytes handed out are kept by nobody else.
 */
export interface Medium extends AsyncDisposable {
  readonly capabilities: BlobStoreCapabilities
  readHead(name: string, signal: AbortSignal): Promise<HeadRead | undefined>
  casHead(
    name: string,
    bytes: Uint8Array<ArrayBuffer>,
    expected: Version | undefined,
    signal: AbortSignal,
  ): Promise<CasOutcome>
  /** Whatever lies under that name, at most `maxBlobBytes` and one more. */
  readBlob(name: Hash, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer> | undefined>
  /** Replaces what lies there. */
  writeBlob(name: Hash, bytes: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<'stored' | 'unknown'>
  /** Where a save is one step, all or nothing. `drop` may be there or not, and is none of `blobs`. */
  flush?(save: MediumFlush, signal: AbortSignal): Promise<CasOutcome>
  /** May skip what does not start with `prefix`; may repeat itself. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<string>
  delete(stored: StoredName, signal: AbortSignal): Promise<void>
  /** Of media that look past a torn head to an older one: what is torn. */
  tornHeads?(name: string, signal: AbortSignal): Promise<readonly Uint8Array[]>
  /** There where `capabilities.tellsRoom`. */
  measureRoom?(signal: AbortSignal): Promise<Room>
}

export interface MediumFlush {
  readonly blobs: readonly { readonly name: Hash; readonly bytes: Uint8Array<ArrayBuffer> }[]
  readonly head: {
    readonly name: string
    readonly bytes: Uint8Array<ArrayBuffer>
    readonly expected: Version | undefined
  }
  readonly drop: readonly Hash[]
}

import type { Hash } from './ids.ts'
import type { Room } from './room.ts'

/** What the outside world is to the pure rooms. Effects enter as these arguments; the simulator and the tests pass their own. */

export interface Clock {
  /** Wall time, for certificates and records. It may jump. */
  nowMs(): number
  /** Never goes backwards; for durations. */
  monotonicMs(): number
  /** Resolves after `delayMs`, or at once when `signal` aborts; it never rejects. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>
}

/** Unpredictable bytes. Only a simulator's may repeat. */
export interface Rng {
  bytes(length: number): Uint8Array
}

/** An append-only file. `append` is in order and may be lost by a power cut until `sync` resolves. */
export interface AppendFile {
  readonly sizeBytes: number
  append(bytes: Uint8Array): void
  sync(): Promise<void>
  truncate(sizeBytes: number): Promise<void>
  read(offset: number, length: number): Promise<Uint8Array>
  close(): Promise<void>
}

/** A private folder of one device. Names are plain file names, never paths. */
export interface Disk {
  list(): Promise<readonly string[]>
  /** Creates the file when it is absent. */
  openAppend(name: string): Promise<AppendFile>
  /** Whole small files: replaced atomically and durable when the promise resolves. */
  readFile(name: string): Promise<Uint8Array | undefined>
  writeFile(name: string, bytes: Uint8Array): Promise<void>
  remove(name: string): Promise<void>
  /** Changes when the folder is copied or restored elsewhere (machine and inode); the clean mark of a log names it. */
  identity(name: string): Promise<string>
}

/** One ordered, reliable, authenticated channel of whole messages to a peer. */
export interface Channel {
  readonly peerId: string
  /** False when the channel's buffer is over its bound: wait for `drained` before sending more. */
  send(message: Uint8Array): boolean
  drained(signal?: AbortSignal): Promise<void>
  onMessage(listener: (message: Uint8Array) => void): void
  onClose(listener: () => void): void
  /** Holds further messages back, at the sender once the way is full, until `resume`. */
  pause(): void
  resume(): void
  close(): void
}

/** How peers are reached. The caller has already decided who may be talked to. */
export interface Net {
  readonly peerId: string
  open(peerId: string, protocol: string, signal?: AbortSignal): Promise<Channel>
  handle(protocol: string, onChannel: (channel: Channel) => void): void
}

export type Version = string

export interface BlobStoreCapabilities {
  /** False on a synced folder, where two machines can both believe they won: `readHead` then shows both heads. */
  readonly cas: boolean
  readonly maxBlobBytes: number
  readonly quotaBytes?: number
  /** Whose room it can tell: of the whole `place`, or only of what lies there of its `own`. Without it there is no `room`. */
  readonly tellsRoom?: 'place' | 'own'
  /** The medium may drop everything by itself (a browser short of space, memory at exit): it never counts as a safe copy. */
  readonly evictable: boolean
  /** Two media in one failure domain are lost together and count as one copy. */
  readonly failureDomain: string
}

/** `unknown`: the request may or may not have been applied. Read again and compare; never retry blindly. */
export type CasOutcome = 'ok' | 'conflict' | 'unknown'

/** One save: what is new, the head that names it, and what no head needs any longer. */
export interface Flush {
  readonly blobs: readonly Uint8Array[]
  readonly head: { readonly name: string; readonly bytes: Uint8Array; readonly expected: Version | undefined }
  /** Deleted as far as that can be done; what is left behind does no harm. */
  readonly drop: readonly Hash[]
}

export interface HeadRead {
  /**
   * One where the medium compares and swaps. Several where writers could not see each other, in no meaningful order, perhaps with
   * one long known among them: merge them all and write the result with this `version`, which then stands in for every one of them.
   */
  readonly heads: readonly [Uint8Array, ...Uint8Array[]]
  readonly version: Version
}

export type BlobOutcome =
  { readonly kind: 'stored'; readonly name: Hash } | { readonly kind: 'unknown'; readonly name: Hash }

/** Why a medium rejects: the `code` of its `CloudError`. */
export type MediumFault =
  | 'medium-gone' // unplugged, deleted, evicted: it is not there
  | 'medium-unreachable' // no answer: it may come back by itself
  | 'medium-forbidden' // a permission is missing, the disk is read-only, a credential was withdrawn
  | 'medium-full'
  | 'medium-failed' // there, and broken
  | 'medium-closed' // used after its disposal
  | 'blob-damaged'
  | 'blob-too-large'
  | 'head-too-large'
  | 'bad-name'

/**
 * A medium: small heads that move by compare-and-swap, and immutable blobs named by their SHA-256.
 * Absent keys resolve to `undefined`; only a broken medium, a damaged blob or a caller's mistake rejects (`CloudError`, its code a
 * `MediumFault`). **A write that rejects was not applied**; where that cannot be told it resolves to `unknown`, also when `signal`
 * cuts it short; a read cut short rejects with the signal's reason. What was answered `ok` or `stored` is durable.
 * Callers own every buffer they pass or receive, from the moment of the call. A head's name is 1 to 64 of a-z, 0-9 and `-`, not
 * beginning with `-`: one spelling on every medium. A head holds at most `LIMITS.headMaxBytes`.
 */
export interface BlobStore {
  readonly capabilities: BlobStoreCapabilities
  readHead(name: string, signal?: AbortSignal): Promise<HeadRead | undefined>
  /** `expected` is the version last read, or `undefined` to create. Versions of equal heads may be equal. */
  casHead(name: string, bytes: Uint8Array, expected: Version | undefined, signal?: AbortSignal): Promise<CasOutcome>
  /** Put if absent; a damaged blob of that name is replaced. */
  putBlob(bytes: Uint8Array, signal?: AbortSignal): Promise<BlobOutcome>
  /**
   * A whole save: in one step where the medium has one, else blobs, head and deletions in that order. `ok` means that the blobs and the
   * head are durable; in the other cases some blobs may be.
   */
  flush(save: Flush, signal?: AbortSignal): Promise<CasOutcome>
  /** The bytes have been checked against `name`. */
  getBlob(name: Hash, signal?: AbortSignal): Promise<Uint8Array | undefined>
  /** Names of heads (`h/…`) and blobs (`b/…`) that start with `prefix`, by whole characters, each once, in no order. */
  list(prefix: string, signal?: AbortSignal): AsyncIterable<string>
  /** Takes a listed name. Absent is fine; after a rejection it may or may not be gone: repeat it. */
  delete(name: string, signal?: AbortSignal): Promise<void>
}

/** A store with its connection: for whoever opened it. Disposing cuts what is under way as a signal would. */
export interface ConnectedBlobStore extends BlobStore, AsyncDisposable {
  /** There where `capabilities.tellsRoom`. */
  readonly room?: RoomTeller
  readonly torn?: TornHeads
}

/** The third, of a medium that shows an older head where the newest one is torn. */
export interface TornHeads {
  /** What lies where a newer head should be, as broken as it is. Rejects with a `MediumFault`. */
  find(name: string, signal?: AbortSignal): Promise<readonly Uint8Array[]>
}

/** The second, small port of a medium that can say how full it is. */
export interface RoomTeller {
  /** As it is now; a field that the medium does not say is left out. Rejects with a `MediumFault`. */
  measure(signal?: AbortSignal): Promise<Room>
}

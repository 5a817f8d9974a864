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
  /** False on a synced folder, where two machines can both believe they won: one head per device is merged on read instead. */
  readonly cas: boolean
  readonly maxBlobBytes: number
  readonly quotaBytes?: number
  /** Two media in one failure domain are lost together and count as one copy. */
  readonly failureDomain: string
}

/** `unknown`: the request may or may not have been applied. Read again and compare; never retry blindly. */
export type CasOutcome = 'ok' | 'conflict' | 'unknown'

export interface VersionedBytes {
  readonly bytes: Uint8Array
  readonly version: Version
}

/**
 * A medium: small heads that move by compare-and-swap, and immutable blobs named by their SHA-256.
 * Absent keys resolve to `undefined`; only an unreachable or broken medium rejects (`CloudError`). Callers own every buffer they
 * pass or receive: the store copies on the way in and out. Blobs are verified against their name on read.
 */
export interface BlobStore {
  readonly capabilities: BlobStoreCapabilities
  readHead(name: string, signal?: AbortSignal): Promise<VersionedBytes | undefined>
  /** `expected` is the version last read, or `undefined` to create. */
  casHead(name: string, bytes: Uint8Array, expected: Version | undefined, signal?: AbortSignal): Promise<CasOutcome>
  /** Put if absent; resolves to the blob's name once it is durable on the medium, `unknown` when that cannot be told. */
  putBlob(bytes: Uint8Array, signal?: AbortSignal): Promise<BlobOutcome>
  getBlob(name: string, signal?: AbortSignal): Promise<Uint8Array | undefined>
  /** Names of heads (`h/…`) and blobs (`b/…`) that start with `prefix`, by whole characters. */
  list(prefix: string, signal?: AbortSignal): AsyncIterable<string>
  delete(name: string, signal?: AbortSignal): Promise<void>
}

export type BlobOutcome =
  { readonly kind: 'stored'; readonly name: string } | { readonly kind: 'unknown'; readonly name: string }

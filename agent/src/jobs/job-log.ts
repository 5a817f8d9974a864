import { hashId } from '@cloudos/crypto/hash'
import { concatBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Hash } from '@cloudos/protocol/ids'
import type { LogPiece } from '@cloudos/protocol/job-commands'
import type { AppendFile } from '@cloudos/protocol/ports'

/* In the file, one after another: stream1 (1 out, 2 err) | length u32 | bytes. What a power cut tore off at the end is not read. */
const HEAD_BYTES = 5

/** What a program wrote, in order: in memory while anybody may still be told, and in its file. */
export class JobLog {
  readonly #file: AppendFile | undefined
  readonly #watchers = new Set<() => void>()
  #pieces: LogPiece[]
  #ended = false
  #failure: CloudError | undefined

  /** Of a job that has ended. */
  static ended(pieces: readonly LogPiece[]): JobLog {
    const log = new JobLog(undefined, pieces)
    log.#ended = true
    return log
  }

  constructor(file: AppendFile | undefined, pieces: readonly LogPiece[] = []) {
    this.#file = file
    this.#pieces = [...pieces]
  }

  get sizeBytes(): number {
    return sizeOf(this.#pieces)
  }

  get stdout(): Hash {
    return stdoutHash(this.#pieces)
  }

  write(stream: 'out' | 'err', bytes: Uint8Array): void {
    this.#pieces.push({ stream, offset: this.sizeBytes, bytes })
    this.#append(encodePiece(stream, bytes))
    this.#wake()
  }

  /** The program begins again from nothing. */
  async restart(): Promise<void> {
    this.#pieces = []
    await this.#file?.truncate(0)
  }

  /** Durable when it resolves. Whoever follows is at the end. */
  async end(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    this.#wake()
    if (this.#failure === undefined) await this.#file?.sync()
    await this.#file?.close()
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Tells from `offset` on until the log has ended or `signal` aborts; answers where it stopped. */
  async follow(offset: number, tell: (piece: LogPiece) => void, signal: AbortSignal): Promise<number> {
    let at = offset
    for (;;) {
      at = tellFrom(this.#pieces, at, tell)
      if (this.#ended || signal.aborted) return at
      await this.#more(signal)
    }
  }

  tellNow(offset: number, tell: (piece: LogPiece) => void): number {
    return tellFrom(this.#pieces, offset, tell)
  }

  /** The program cannot be told of a full disk; whoever ends the log is. */
  #append(bytes: Uint8Array): void {
    if (this.#failure !== undefined) return
    try {
      this.#file?.append(bytes)
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      this.#failure = cause
    }
  }

  #more(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#watchers.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.#watchers.add(wake)
      signal.addEventListener('abort', wake)
    })
  }

  #wake(): void {
    for (const wake of [...this.#watchers]) wake()
  }
}

/** Of a log's file. A torn end is left out. */
export function decodeLog(bytes: Uint8Array): readonly LogPiece[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const pieces: LogPiece[] = []
  let offset = 0
  for (let at = 0; at + HEAD_BYTES <= bytes.length;) {
    const end = at + HEAD_BYTES + view.getUint32(at + 1)
    if (end > bytes.length) break
    const stream = bytes[at] === 1 ? 'out' : 'err'
    pieces.push({ stream, offset, bytes: bytes.subarray(at + HEAD_BYTES, end) })
    offset += end - at - HEAD_BYTES
    at = end
  }
  return pieces
}

export function tellFrom(pieces: readonly LogPiece[], from: number, tell: (piece: LogPiece) => void): number {
  let at = from
  for (const { stream, offset, bytes } of pieces) {
    if (offset + bytes.length <= at) continue
    const rest = bytes.subarray(Math.max(0, at - offset))
    tell({ stream, offset: offset + bytes.length - rest.length, bytes: rest })
    at = offset + bytes.length
  }
  return at
}

export function sizeOf(pieces: readonly LogPiece[]): number {
  const last = pieces.at(-1)
  return last === undefined ? 0 : last.offset + last.bytes.length
}

function stdoutHash(pieces: readonly LogPiece[]): Hash {
  return hashId(concatBytes(...pieces.filter(({ stream }) => stream === 'out').map(({ bytes }) => bytes)))
}

function encodePiece(stream: 'out' | 'err', bytes: Uint8Array): Uint8Array {
  const head = new DataView(new ArrayBuffer(HEAD_BYTES))
  head.setUint8(0, stream === 'out' ? 1 : 2)
  head.setUint32(1, bytes.length)
  return concatBytes(new Uint8Array(head.buffer), bytes)
}

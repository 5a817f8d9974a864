import type { Stream } from '@libp2p/interface'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Channel } from '@cloudos/protocol/ports'

/** A message may be a whole frame and the byte that says so. */
const MESSAGE_MAX_BYTES = LIMITS.frameMaxBytes + 1024
const PREFIX_BYTES = 4

/** How long a peer may take to hear the last words said before `close`. */
const FAREWELL_MS = 5_000

/**
 * Whole messages over a libp2p stream: [length u32][message]. A length over the cap ends the stream before anything is allocated. After
 * `close` nothing more is heard, and what was said before still arrives.
 */
export function createMessageChannel(stream: Stream, peerId: string): Channel {
  const messages = new Assembler(MESSAGE_MAX_BYTES)
  let onMessage: ((message: Uint8Array) => void) | undefined
  let closed = false
  const early: Uint8Array[] = []
  const closers = new Set<() => void>()
  const deliver = (message: Uint8Array): void => {
    if (closed) return
    if (onMessage === undefined) early.push(message)
    else onMessage(message)
  }
  const end = (): void => {
    if (closed) return
    closed = true
    for (const listener of closers) listener()
    closers.clear()
  }
  stream.addEventListener('message', (event) => {
    const chunk = event.data instanceof Uint8Array ? event.data : event.data.subarray()
    if (!closed && !messages.take(chunk, deliver)) stream.abort(new Error('message over the limit'))
  })
  const leave = (): void => {
    end()
    farewell(stream)
  }
  // A peer that ends at once may have done so before anybody listened.
  if (stream.readableEnded || stream.status !== 'open') leave()
  stream.addEventListener('end', leave)
  stream.addEventListener('close', end)
  return {
    peerId,
    send(message) {
      if (closed || stream.writeStatus !== 'writable') return true
      try {
        return stream.send(frameMessage(message))
      } catch (cause) {
        // The connection went first: 'close' tells whoever has to know.
        stream.abort(new Error('the connection is gone', { cause }))
        return true
      }
    },
    drained(signal) {
      if (closed || signal?.aborted === true || !stream.writableNeedsDrain) return Promise.resolve()
      return new Promise((resolve) => {
        const done = (): void => {
          stream.removeEventListener('drain', done)
          closers.delete(done)
          signal?.removeEventListener('abort', done)
          resolve()
        }
        stream.addEventListener('drain', done)
        closers.add(done)
        signal?.addEventListener('abort', done)
      })
    },
    onMessage(listener) {
      onMessage = listener
      for (const message of early.splice(0)) listener(message)
    },
    onClose(listener) {
      if (closed) listener()
      else closers.add(listener)
    },
    pause() {
      if (stream.readStatus === 'readable') stream.pause()
    },
    resume() {
      if (stream.readStatus === 'paused') stream.resume()
    },
    close: leave,
  }
}

/** Lets what is written go out and waits for the peer to end its side too; one that does not in time is cut off. */
function farewell(stream: Stream): void {
  const late = AbortSignal.timeout(FAREWELL_MS)
  const cutOff = (): void => {
    stream.abort(new Error('not closed in time'))
  }
  late.addEventListener('abort', cutOff, { once: true })
  stream.close({ signal: late }).catch(cutOff)
}

/** [length u32][message], as `Assembler` takes it apart. */
export function frameMessage(message: Uint8Array): Uint8Array {
  const framed = new Uint8Array(PREFIX_BYTES + message.length)
  new DataView(framed.buffer).setUint32(0, message.length)
  framed.set(message, PREFIX_BYTES)
  return framed
}

/** Cuts a stream of chunks into messages. A message dripped in byte by byte costs no more than one that comes whole. */
export class Assembler {
  readonly #maxBytes: number
  #buffer = new Uint8Array(0)
  #length = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** False once a length is over the cap; nothing of that message is delivered or kept. */
  take(chunk: Uint8Array, deliver: (message: Uint8Array) => void): boolean {
    const bytes = this.#length === 0 ? chunk : this.#append(chunk)
    let at = 0
    while (at + PREFIX_BYTES <= bytes.length) {
      const length = new DataView(bytes.buffer, bytes.byteOffset + at, PREFIX_BYTES).getUint32(0)
      if (length > this.#maxBytes) return false
      if (at + PREFIX_BYTES + length > bytes.length) break
      deliver(copyOf(bytes.subarray(at + PREFIX_BYTES, at + PREFIX_BYTES + length)))
      at += PREFIX_BYTES + length
    }
    this.#keep(bytes, at)
    return true
  }

  #append(chunk: Uint8Array): Uint8Array {
    const length = this.#length + chunk.length
    if (length > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(length, 2 * this.#buffer.length))
      grown.set(this.#buffer.subarray(0, this.#length))
      this.#buffer = grown
    }
    this.#buffer.set(chunk, this.#length)
    this.#length = length
    return this.#buffer.subarray(0, length)
  }

  #keep(bytes: Uint8Array, from: number): void {
    const kept = bytes.length - from
    if (kept === 0) {
      this.#length = 0
      return
    }
    if (this.#length > 0 && from === 0) return
    this.#buffer = copyOf(bytes.subarray(from))
    this.#length = kept
  }
}

/** Node's sockets give Buffers, whose `slice` is no copy. */
function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes.length)
  copy.set(bytes)
  return copy
}

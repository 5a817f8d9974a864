import type { AbortOptions, MultiaddrConnection } from '@libp2p/interface'
import { AbstractMultiaddrConnection } from '@libp2p/utils'
import type { AbstractMultiaddrConnectionInit, SendResult } from '@libp2p/utils'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Channel } from '@cloudos/protocol/ports'

type ConnectionInit = Omit<AbstractMultiaddrConnectionInit, 'maxWriteBufferLength'>

/** A channel as the raw bytes that libp2p encrypts and divides into streams anew. */
export function createPassageConnection(channel: Channel, init: ConnectionInit): MultiaddrConnection {
  return new PassageConnection(channel, init)
}

/** Well under what a channel lets through as one message. */
const PIECE_MAX_BYTES = 256 * 1024

class PassageConnection extends AbstractMultiaddrConnection {
  readonly #channel: Channel

  constructor(channel: Channel, init: ConnectionInit) {
    super({ ...init, maxWriteBufferLength: LIMITS.peerBufferMaxBytes })
    this.#channel = channel
    channel.onMessage((bytes) => {
      this.onData(bytes)
    })
    channel.onClose(() => {
      this.onTransportClosed()
    })
  }

  override sendData(data: Parameters<AbstractMultiaddrConnection['sendData']>[0]): SendResult {
    const bytes = data.subarray()
    let canSendMore = true
    for (let at = 0; at < bytes.length; at += PIECE_MAX_BYTES)
      canSendMore = this.#channel.send(bytes.subarray(at, at + PIECE_MAX_BYTES))
    if (!canSendMore) void this.#channel.drained().then(() => this.safeDispatchEvent('drain'))
    return { sentBytes: bytes.length, canSendMore }
  }

  override sendReset(): void {
    this.#channel.close()
  }

  override sendClose(options?: AbortOptions): Promise<void> {
    this.#channel.close()
    options?.signal?.throwIfAborted()
    return Promise.resolve()
  }

  override sendPause(): void {
    this.#channel.pause()
  }

  override sendResume(): void {
    this.#channel.resume()
  }
}

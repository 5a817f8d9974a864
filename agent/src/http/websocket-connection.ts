import type { AbortOptions, MultiaddrConnection } from '@libp2p/interface'
import { AbstractMultiaddrConnection } from '@libp2p/utils'
import type { AbstractMultiaddrConnectionInit, SendResult } from '@libp2p/utils'
import type { WebSocket } from 'ws'
import { LIMITS } from '@cloudos/protocol/limits'

/** Enough to keep a fast reader busy; beyond it libp2p holds its own data back until the socket has drained. */
const BUFFERED_MAX_BYTES = 256 * 1024

type ConnectionInit = Omit<AbstractMultiaddrConnectionInit, 'direction' | 'maxWriteBufferLength'>

/** An accepted websocket as libp2p wants a connection: bytes in, bytes out, with backpressure both ways. */
export function createWebSocketConnection(socket: WebSocket, init: ConnectionInit): MultiaddrConnection {
  return new WebSocketConnection(socket, init)
}

class WebSocketConnection extends AbstractMultiaddrConnection {
  readonly #socket: WebSocket
  #full = false

  constructor(socket: WebSocket, init: ConnectionInit) {
    super({ ...init, direction: 'inbound', maxWriteBufferLength: LIMITS.peerBufferMaxBytes })
    this.#socket = socket
    socket.on('message', (data, isBinary) => {
      if (isBinary && data instanceof Uint8Array) this.onData(data)
      else this.abort(new Error('a websocket message that is not binary'))
    })
    socket.once('close', (code) => {
      if (code === ABNORMAL) this.onRemoteReset()
      else this.onTransportClosed()
    })
    // `close` follows every error and says the rest.
    socket.on('error', (cause) => {
      this.log('websocket error - %e', cause)
    })
  }

  override sendData(data: Parameters<AbstractMultiaddrConnection['sendData']>[0]): SendResult {
    const bytes = data.subarray()
    this.#socket.send(bytes, () => {
      this.#written()
    })
    this.#full = this.#socket.bufferedAmount > BUFFERED_MAX_BYTES
    return { sentBytes: bytes.length, canSendMore: !this.#full }
  }

  override sendReset(): void {
    this.#socket.terminate()
  }

  override sendClose(options?: AbortOptions): Promise<void> {
    this.#socket.close()
    options?.signal?.throwIfAborted()
    return Promise.resolve()
  }

  override sendPause(): void {
    this.#socket.pause()
  }

  override sendResume(): void {
    this.#socket.resume()
  }

  #written(): void {
    if (!this.#full || this.#socket.bufferedAmount > BUFFERED_MAX_BYTES / 2) return
    this.#full = false
    this.safeDispatchEvent('drain')
  }
}

/** What `ws` reports when the connection broke without a closing handshake. */
const ABNORMAL = 1006

import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { TypedEventEmitter } from '@libp2p/interface'
import type { CreateListenerOptions, Listener, ListenerEvents, Transport } from '@libp2p/interface'
import { ipPortToMultiaddr } from '@libp2p/utils'
import { webSockets } from '@libp2p/websockets'
import type { WebSocketsComponents } from '@libp2p/websockets'
import { multiaddr } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { LIMITS } from '@cloudos/protocol/limits'
import type { HttpDoor } from './http-door.ts'
import { createWebSocketConnection } from './websocket-connection.ts'

/**
 * libp2p's websocket transport with a listener that lives on the guarded port. The stock listener makes a server of its own, which
 * any web page could reach. Dialling is untouched. Pass it to `createNode` as `webSocketTransport`, after the door listens.
 */
export function webSocketsBehind(door: HttpDoor): (components: WebSocketsComponents) => Transport {
  return (components) => {
    const transport: Transport = webSockets()(components)
    transport.createListener = (options) => new DoorListener(door, components, options)
    return transport
  }
}

/** The address to listen on, for `createNode`. */
export function webSocketAddress(door: HttpDoor): string {
  return `/ip4/127.0.0.1/tcp/${String(door.port)}/ws`
}

class DoorListener extends TypedEventEmitter<ListenerEvents> implements Listener {
  readonly #door: HttpDoor
  readonly #components: WebSocketsComponents
  readonly #options: CreateListenerOptions
  readonly #stopped = new AbortController()
  readonly #sockets = new Set<WebSocket>()
  readonly #handshakes = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // Compression beside secrets leaks them, and noise leaves nothing to compress.
    perMessageDeflate: false,
    maxPayload: LIMITS.frameMaxBytes,
  })

  constructor(door: HttpDoor, components: WebSocketsComponents, options: CreateListenerOptions) {
    super()
    this.#door = door
    this.#components = components
    this.#options = options
  }

  listen(): Promise<void> {
    this.#door.takeUpgrades((request, socket, head) => {
      this.#accept(request, socket, head)
    })
    this.safeDispatchEvent('listening')
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.#door.takeUpgrades(undefined)
    this.#stopped.abort()
    for (const socket of this.#sockets) socket.terminate()
    this.safeDispatchEvent('close')
    return Promise.resolve()
  }

  getAddrs(): Multiaddr[] {
    return [multiaddr(webSocketAddress(this.#door))]
  }

  updateAnnounceAddrs(): void {
    // The page finds its agent where it came from; nobody else may reach this port.
  }

  #accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { remoteAddress = '127.0.0.1', remotePort = 0 } = request.socket
    this.#handshakes.handleUpgrade(request, socket, head, (webSocket) => {
      this.#sockets.add(webSocket)
      webSocket.once('close', () => this.#sockets.delete(webSocket))
      const connection = createWebSocketConnection(webSocket, {
        remoteAddr: ipPortToMultiaddr(remoteAddress, remotePort).encapsulate('/ws'),
        log: this.#components.logger.forComponent('cloudos:websocket'),
      })
      this.#options.upgrader.upgradeInbound(connection, { signal: this.#stopped.signal }).catch((cause: unknown) => {
        connection.abort(cause instanceof Error ? cause : new Error('not upgraded', { cause }))
      })
    })
  }
}

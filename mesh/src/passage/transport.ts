import { transportSymbol } from '@libp2p/interface'
import type {
  ComponentLogger,
  Connection,
  DialTransportOptions,
  Listener,
  Startable,
  Stream,
  Transport,
  Upgrader,
} from '@libp2p/interface'
import type { ConnectionManager, Registrar } from '@libp2p/interface-internal'
import { multiaddr } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'
import { findBytesFromHex, hexFromBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Channel } from '@cloudos/protocol/ports'
import { findPeerName, libp2pPeer } from '../libp2p-net.ts'
import { createMessageChannel } from '../message-channel.ts'
import { addressThrough, findPassage } from './address.ts'
import { createPassageConnection } from './connection.ts'
import { ARRIVAL_PROTOCOL, PASSAGE_PROTOCOL, PEER_NAME_BYTES } from './serve.ts'

export interface PassageComponents {
  readonly upgrader: Upgrader
  readonly registrar: Registrar
  readonly connectionManager: ConnectionManager
  readonly logger: ComponentLogger
}

/**
 * Connections through a device that is connected to both ends. libp2p's own circuit relay wants reservations and the identify protocol,
 * by which strangers find relays; here membership already says who may pass. Both ends prove their keys to each other as over any other
 * transport, so the device in between sees and alters nothing.
 */
export function passages(): (components: PassageComponents) => Transport {
  return (components) => new PassageTransport(components)
}

class PassageTransport implements Transport, Startable {
  readonly [transportSymbol] = true as const
  readonly [Symbol.toStringTag] = 'cloudos-passage'
  readonly #components: PassageComponents
  #stopped = new AbortController()

  constructor(components: PassageComponents) {
    this.#components = components
  }

  async start(): Promise<void> {
    this.#stopped = new AbortController()
    await this.#components.registrar.handle(
      ARRIVAL_PROTOCOL,
      (stream, connection) => {
        this.#arrive(stream, connection)
      },
      { maxInboundStreams: LIMITS.passagesPerPeer },
    )
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#components.registrar.unhandle(ARRIVAL_PROTOCOL)
  }

  async dial(address: Multiaddr, options: DialTransportOptions): Promise<Connection> {
    const passage = findPassage(address)
    const { connectionManager, upgrader, logger } = this.#components
    const [connection] = passage === undefined ? [] : connectionManager.getConnections(libp2pPeer(passage.relay))
    if (passage === undefined || connection === undefined)
      throw new CloudError('not-connected', 'The device in between is not connected.')
    const stream = await connection.newStream(PASSAGE_PROTOCOL, { signal: options.signal })
    const channel = createMessageChannel(stream, passage.relay)
    await askForPassage(channel, passage.target, options.signal)
    const raw = createPassageConnection(channel, {
      remoteAddr: address,
      direction: 'outbound',
      log: logger.forComponent('cloudos:passage'),
    })
    return upgrader.upgradeOutbound(raw, { ...options, signal: options.signal })
  }

  dialFilter(addresses: Multiaddr[]): Multiaddr[] {
    return addresses.filter((address) => findPassage(address) !== undefined)
  }

  /** Nothing is listened on: whoever is connected to this device may be the way to it. */
  listenFilter(): Multiaddr[] {
    return []
  }

  createListener(): Listener {
    throw new RangeError('a passage has no address to listen on')
  }

  /** The first message names who is at the other end; the handshake that follows proves it, whatever the device in between says. */
  #arrive(stream: Stream, { remotePeer }: Connection): void {
    const relay = findPeerName(remotePeer)
    if (relay === undefined) {
      stream.abort(new Error('unknown kind of key'))
      return
    }
    const channel = createMessageChannel(stream, relay)
    // The handshake may follow in the same breath: the connection must take over before the next message is heard.
    channel.onMessage((from) => {
      if (from.length === PEER_NAME_BYTES) this.#upgrade(channel, hexFromBytes(from))
      else channel.close()
    })
  }

  #upgrade(channel: Channel, from: string): void {
    const { upgrader, logger } = this.#components
    const raw = createPassageConnection(channel, {
      remoteAddr: multiaddr(`${addressThrough(channel.peerId)}/p2p/${libp2pPeer(from).toString()}`),
      direction: 'inbound',
      log: logger.forComponent('cloudos:passage'),
    })
    upgrader.upgradeInbound(raw, { signal: this.#stopped.signal }).catch((cause: unknown) => {
      raw.abort(cause instanceof Error ? cause : new Error('not upgraded', { cause }))
    })
  }
}

/** Resolves when the device in between has opened the way to the target; nothing comes back before the handshake is begun from here. */
function askForPassage(channel: Channel, target: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      channel.close()
      reject(new CloudError('unreachable', 'The device in between does not reach that device.'))
    }
    signal.addEventListener('abort', end, { once: true })
    channel.onClose(end)
    channel.onMessage(() => {
      signal.removeEventListener('abort', end)
      resolve()
    })
    channel.send(findBytesFromHex(target) ?? new Uint8Array())
  })
}

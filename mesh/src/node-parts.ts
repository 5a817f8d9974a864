import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Libp2p } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Libp2pOptions } from 'libp2p'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Net } from '@cloudos/protocol/ports'
import { createGater } from './gater.ts'
import { createLibp2pNet, findPeerName, libp2pPeer } from './libp2p-net.ts'
import { addressThrough, findPassage } from './passage/address.ts'

export interface NodeParts {
  /** Seed of the peer key, which is certified but is not the device's signing key. */
  readonly peerSeed: Uint8Array
  readonly mayConnect: (peerId: string) => boolean
}

/** A running libp2p node, reduced to what the mesh needs of it. */
export interface MeshNode {
  readonly net: Net
  readonly peerId: string
  addresses(): readonly string[]
  /** Connects to whoever answers at one of the addresses and proves to be `peerId`; rejects with `CloudError` 'unreachable'. */
  dial(peerId: string, addresses: readonly string[], signal?: AbortSignal): Promise<void>
  connected(): readonly string[]
  /** By which address a peer is connected. */
  addressOf(peerId: string): string | undefined
  /** Where whoever is connected to `relay` too is reached through it. */
  addressThrough(relay: string): string
  /** Through whom a peer is connected; `undefined` when nobody is in between. */
  relayOf(peerId: string): string | undefined
  hangUp(peerId: string): Promise<void>
  onConnected(listener: (peerId: string) => void): void
  onDisconnected(listener: (peerId: string) => void): void
  stop(): Promise<void>
}

/** What a node on an agent and one in a browser have in common. */
export async function commonOptions(parts: NodeParts): Promise<Libp2pOptions> {
  return {
    privateKey: await generateKeyPairFromSeed('Ed25519', parts.peerSeed),
    connectionEncrypters: [noise()],
    streamMuxers: [
      yamux({
        streamOptions: {
          initialStreamWindowSize: LIMITS.yamuxInitialWindowBytes,
          maxStreamWindowSize: LIMITS.yamuxMaxWindowBytes,
        },
      }),
    ],
    connectionGater: createGater(parts.mayConnect),
    connectionManager: {
      maxConnections: LIMITS.connectionsMax,
      maxIncomingPendingConnections: LIMITS.connectionsPendingMax,
      inboundConnectionThreshold: LIMITS.connectionsPerSecondPerAddress,
      // The owner's reconnect loop decides when to dial again.
      reconnectRetries: 0,
    },
    connectionMonitor: { pingInterval: 20_000 },
  }
}

export async function meshNodeFrom(node: Libp2p, peerSeed: Uint8Array): Promise<MeshNode> {
  const key = await generateKeyPairFromSeed('Ed25519', peerSeed)
  const peerId = hexFromBytes(key.publicKey.raw)
  const listen = (event: 'peer:connect' | 'peer:disconnect') => (listener: (peer: string) => void) => {
    node.addEventListener(event, ({ detail }) => {
      const peer = findPeerName(detail)
      if (peer !== undefined) listener(peer)
    })
  }
  const remoteAddress = (peer: string): Multiaddr | undefined => node.getConnections(libp2pPeer(peer))[0]?.remoteAddr
  return {
    net: createLibp2pNet(node, peerId),
    peerId,
    addresses: () => node.getMultiaddrs().map((address) => address.decapsulateCode(P2P_CODE).toString()),
    async dial(peer, addresses, signal) {
      const target = libp2pPeer(peer)
      try {
        const full = addresses.map((address) => multiaddr(address).encapsulate(`/p2p/${target.toString()}`))
        await node.dial(full, { ...(signal === undefined ? {} : { signal }) })
      } catch (cause) {
        throw new CloudError('unreachable', `No answer from that device at ${addresses.join(', ')}.`, cause)
      }
    },
    addressOf: (peer) => remoteAddress(peer)?.decapsulateCode(P2P_CODE).toString(),
    addressThrough,
    relayOf: (peer) => {
      const address = remoteAddress(peer)
      return address && findPassage(address)?.relay
    },
    connected: () => node.getPeers().flatMap((peer) => findPeerName(peer) ?? []),
    hangUp: (peer) => node.hangUp(libp2pPeer(peer)),
    onConnected: listen('peer:connect'),
    onDisconnected: listen('peer:disconnect'),
    stop: async () => {
      await node.stop()
    },
  }
}

/** The code of /p2p/… in a multiaddr. */
const P2P_CODE = 421

import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { createLibp2p } from 'libp2p'
import type { Libp2pOptions } from 'libp2p'
import { commonOptions, meshNodeFrom } from './node-parts.ts'
import type { MeshNode, NodeParts } from './node-parts.ts'
import { passages } from './passage/transport.ts'

type TransportFactory = NonNullable<Libp2pOptions['transports']>[number]

export interface AgentNodeParts extends NodeParts {
  /** Multiaddrs to listen on: tcp for agents, and whatever the extra transports serve. */
  readonly listen: readonly string[]
  /** Replaces the stock websocket transport where its listener must share a guarded port. */
  readonly webSocketTransport?: TransportFactory
  /** How many strangers a second one address may bring; tests and machines behind one address raise it. */
  readonly connectionsPerSecond?: number
}

/** libp2p for an agent: tcp between agents, websockets for pages, and passages through one another. */
export async function createNode(parts: AgentNodeParts): Promise<MeshNode> {
  const options = await commonOptions(parts)
  const node = await createLibp2p({
    ...options,
    connectionManager: {
      ...options.connectionManager,
      ...(parts.connectionsPerSecond === undefined ? {} : { inboundConnectionThreshold: parts.connectionsPerSecond }),
    },
    addresses: { listen: [...parts.listen] },
    transports: [tcp(), parts.webSocketTransport ?? webSockets(), passages()],
  })
  return meshNodeFrom(node, parts.peerSeed)
}

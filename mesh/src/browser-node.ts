import { webSockets } from '@libp2p/websockets'
import { createLibp2p } from 'libp2p'
import { commonOptions, meshNodeFrom } from './node-parts.ts'
import type { MeshNode, NodeParts } from './node-parts.ts'
import { passages } from './passage/transport.ts'

/** libp2p for a page: it dials its agent over a websocket, other devices through it, and listens nowhere. */
export async function createNode(parts: NodeParts): Promise<MeshNode> {
  const node = await createLibp2p({ ...(await commonOptions(parts)), transports: [webSockets(), passages()] })
  return meshNodeFrom(node, parts.peerSeed)
}

import { webSockets } from '@libp2p/websockets'
import { createLibp2p } from 'libp2p'
import { commonOptions, meshNodeFrom } from './node-parts.ts'
import type { MeshNode, NodeParts } from './node-parts.ts'

/** libp2p for a page: it dials its agent over a websocket and listens nowhere. */
export async function createNode(parts: NodeParts): Promise<MeshNode> {
  const node = await createLibp2p({ ...(await commonOptions(parts)), transports: [webSockets()] })
  return meshNodeFrom(node, parts.peerSeed)
}

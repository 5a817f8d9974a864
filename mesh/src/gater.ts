import type { ConnectionGater, PeerId } from '@libp2p/interface'
import { findPeerName } from './libp2p-net.ts'

/**
 * Who may be connected, asked when the handshake has proved the peer's key: members with a live certificate, and strangers while an
 * invitation is open. Everybody else is let go before a stream exists.
 */
export function createGater(mayConnect: (peerId: string) => boolean): ConnectionGater {
  const deny = (peer: PeerId): boolean => {
    const peerId = findPeerName(peer)
    return peerId === undefined || !mayConnect(peerId)
  }
  return {
    // libp2p's own default refuses loopback and plain websockets in a browser, which is how a page reaches its agent.
    denyDialMultiaddr: () => false,
    denyInboundEncryptedConnection: deny,
    denyOutboundEncryptedConnection: deny,
  }
}

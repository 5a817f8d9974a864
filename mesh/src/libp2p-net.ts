import { publicKeyFromRaw } from '@libp2p/crypto/keys'
import type { Libp2p, PeerId } from '@libp2p/interface'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { findBytesFromHex, hexFromBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Net } from '@cloudos/protocol/ports'
import { createMessageChannel } from './message-channel.ts'

/** Our spelling of a peer: the hex of its public key. `undefined` for keys of another kind. */
export function findPeerName(peer: PeerId): string | undefined {
  return peer.type === 'Ed25519' ? hexFromBytes(peer.publicKey.raw) : undefined
}

export function libp2pPeer(peerId: string): PeerId {
  const key = findBytesFromHex(peerId)
  if (key === undefined) throw new CloudError('bad-peer-id', 'A peer id is the hex of a 32-byte public key.')
  return peerIdFromPublicKey(publicKeyFromRaw(key))
}

/** Channels over connections that exist already: whom to dial, and when again, is decided elsewhere. */
export function createLibp2pNet(node: Libp2p, ownPeerId: string): Net {
  return {
    peerId: ownPeerId,
    async open(peerId, protocol, signal) {
      const [connection] = node.getConnections(libp2pPeer(peerId))
      if (connection === undefined) throw new CloudError('not-connected', 'There is no connection to that device.')
      try {
        const stream = await connection.newStream(protocol, { ...(signal === undefined ? {} : { signal }) })
        return createMessageChannel(stream, peerId)
      } catch (cause) {
        // A peer that leaves meanwhile makes libp2p reject with an event, which is no Error at all.
        throw new CloudError('no-channel', 'That device went away, or is not ready to talk yet.', cause)
      }
    },
    handle(protocol, onChannel) {
      const limits = {
        maxInboundStreams: LIMITS.streamsPerPeerPerProtocol,
        maxOutboundStreams: LIMITS.streamsPerPeerPerProtocol,
      }
      void node.handle(
        protocol,
        (stream, connection) => {
          const peerId = findPeerName(connection.remotePeer)
          if (peerId === undefined) stream.abort(new Error('unknown kind of key'))
          else onChannel(createMessageChannel(stream, peerId))
        },
        limits,
      )
    },
  }
}

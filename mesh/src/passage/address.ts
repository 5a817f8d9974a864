import { peerIdFromString } from '@libp2p/peer-id'
import type { Multiaddr } from '@multiformats/multiaddr'
import { findPeerName, libp2pPeer } from '../libp2p-net.ts'

/** Where a device is reached through another one that is connected to both, for `MeshNode.dial`. */
export function addressThrough(relayPeerId: string): string {
  return `/p2p/${libp2pPeer(relayPeerId).toString()}/p2p-circuit`
}

export interface PassageAddress {
  readonly relay: string
  readonly target: string
}

/** `undefined` for every other kind of address. */
export function findPassage(address: Multiaddr): PassageAddress | undefined {
  const [relay, circuit, target, ...rest] = address.getComponents()
  if (relay?.name !== 'p2p' || circuit?.name !== 'p2p-circuit' || target?.name !== 'p2p' || rest.length > 0)
    return undefined
  const [relayName, targetName] = [nameOf(relay.value), nameOf(target.value)]
  return relayName === undefined || targetName === undefined ? undefined : { relay: relayName, target: targetName }
}

function nameOf(libp2pId: string | undefined): string | undefined {
  return libp2pId === undefined ? undefined : findPeerName(peerIdFromString(libp2pId))
}

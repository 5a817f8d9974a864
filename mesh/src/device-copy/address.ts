import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'
import { LIMITS } from '@cloudos/protocol/limits'
import { findPeerName, libp2pPeer } from '../libp2p-net.ts'

/** A device, and where it may answer. */
export interface DevicePlace {
  /** Hex of its libp2p public key. */
  readonly peerId: string
  /** Multiaddresses, the nearest first. */
  readonly addresses: readonly string[]
}

/** As people copy it and part B of a kit prints it: `/ip4/192.168.1.7/tcp/12345/p2p/12D3Koo…`, several joined by commas. */
export function placeText({ peerId, addresses }: DevicePlace): string {
  const id = libp2pPeer(peerId).toString()
  return addresses
    .slice(0, LIMITS.invitationAddressesMax)
    .map((address) => `${address}/p2p/${id}`)
    .join(',')
}

/** `undefined` unless every part is a whole address of one and the same device. */
export function findPlace(text: string): DevicePlace | undefined {
  const parts = text.split(/[\s,]+/).filter(Boolean)
  const found = parts.slice(0, LIMITS.invitationAddressesMax).map(findOne)
  const [first] = found
  if (first === undefined || found.some((one) => one?.peerId !== first.peerId)) return undefined
  return { peerId: first.peerId, addresses: [...new Set(found.flatMap((one) => one?.address ?? []))] }
}

function findOne(text: string): { readonly peerId: string; readonly address: string } | undefined {
  try {
    const whole = multiaddr(text)
    const components = whole.getComponents()
    const last = components.at(-1)
    if (last?.name !== 'p2p' || last.value === undefined || components.length < 2) return undefined
    const peerId = findPeerName(peerIdFromString(last.value))
    return peerId === undefined ? undefined : { peerId, address: withoutPeer(whole).toString() }
  } catch {
    // libp2p's parsers throw plain errors of many kinds: whatever they do not like is no address.
    return undefined
  }
}

function withoutPeer(whole: Multiaddr): Multiaddr {
  return whole.decapsulateCode(P2P_CODE)
}

/** The code of /p2p/… in a multiaddr. */
const P2P_CODE = 421

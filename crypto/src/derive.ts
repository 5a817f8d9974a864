import { concatBytes, utf8 } from '@cloudos/protocol/bytes'
import { bytesFromId, idFromBytes } from '@cloudos/protocol/ids'
import type { DeviceId, DocId, EpochId, Incarnation, ProfileId } from '@cloudos/protocol/ids'
import { domainPrefix, hashFor, hkdfSha256 } from './hash.ts'

/** The key that seals one document in one epoch. Wipe it when its `AeadKey` is made. */
export function docKeyFrom(epochKey32: Uint8Array, docId: DocId, epochId: EpochId): Uint8Array {
  const info = concatBytes(domainPrefix('doc-key'), bytesFromId(epochId))
  return hkdfSha256(epochKey32, bytesFromId(docId), info, 32)
}

/**
 * The Yjs client id number `counter` of a chain: the first 53 bits of a hash, so that a device can prove an id is its own and cannot
 * choose to collide with another's. Every device computes it from the frame's header.
 */
export function clientIdFor(docId: DocId, deviceId: DeviceId, incarnation: Incarnation, counter: number): number {
  const counterBytes = new Uint8Array(4)
  new DataView(counterBytes.buffer).setUint32(0, counter)
  const chain = concatBytes(bytesFromId(docId), bytesFromId(deviceId), bytesFromId(incarnation), counterBytes)
  const digest = hashFor('client-id', chain)
  const view = new DataView(digest.buffer, digest.byteOffset)
  return view.getUint32(0) * 2 ** 21 + (view.getUint32(4) >>> 11)
}

/**
 * For ever: later keys do not change the profile's name. It names both first keys, so that whoever steals the root cannot write
 * another genesis with a recovery key of their own.
 */
export function profileIdFrom(rootPublicKey: Uint8Array, recoveryPublicKey: Uint8Array): ProfileId {
  return idFromBytes('ProfileId', hashFor('profile-id', rootPublicKey, recoveryPublicKey).slice(0, 16))
}

export function deviceIdFrom(signPublicKey: Uint8Array): DeviceId {
  return idFromBytes('DeviceId', hashFor('device-id', signPublicKey).slice(0, 16))
}

/** The id of a document that every device must find without being told, by the name it has in the code. */
export function docIdFrom(profileId: ProfileId, name: string): DocId {
  return idFromBytes('DocId', hashFor('doc-id', bytesFromId(profileId), utf8(name)).slice(0, 16))
}

import { findBytesFromHex, hexFromBytes } from './bytes.ts'

declare const brand: unique symbol
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }

/** Every id is the lower-case hex of its bytes: immutable, comparable with ===, usable as a map key, safe to show. */
export type ProfileId = Brand<string, 'ProfileId'> // 16 bytes
export type DeviceId = Brand<string, 'DeviceId'> // 16 bytes
export type DocId = Brand<string, 'DocId'> // 16 bytes
export type EpochId = Brand<string, 'EpochId'> // 8 bytes
export type Incarnation = Brand<string, 'Incarnation'> // 4 bytes
/** A SHA-256: of a frame's header and ciphertext, of a blob's bytes, of an authority entry. */
export type Hash = Brand<string, 'Hash'> // 32 bytes

export type JobId = Brand<string, 'JobId'> // 16 bytes
export type TokenId = Brand<string, 'TokenId'> // 16 bytes

const SIZE = {
  ProfileId: 16,
  DeviceId: 16,
  DocId: 16,
  EpochId: 8,
  Incarnation: 4,
  Hash: 32,
  JobId: 16,
  TokenId: 16,
} as const
export type IdByName = {
  ProfileId: ProfileId
  DeviceId: DeviceId
  DocId: DocId
  EpochId: EpochId
  Incarnation: Incarnation
  Hash: Hash
  JobId: JobId
  TokenId: TokenId
}
export type IdName = keyof IdByName

/** Stands before the first link of every hash chain. */
export const NO_HASH = '0'.repeat(64) as Hash

/** For bytes whose length the caller's format has already fixed; a wrong length is a bug of ours and throws. */
export function idFromBytes<Name extends IdName>(name: Name, bytes: Uint8Array): IdByName[Name] {
  if (bytes.length !== SIZE[name]) throw new RangeError(`${name} takes ${String(SIZE[name])} bytes`)
  return hexFromBytes(bytes) as IdByName[Name]
}

/** For text from outside: `undefined` unless it is exactly this id's spelling. */
export function findId<Name extends IdName>(name: Name, text: unknown): IdByName[Name] | undefined {
  if (typeof text !== 'string' || text.length !== 2 * SIZE[name] || findBytesFromHex(text) === undefined)
    return undefined
  return text as IdByName[Name]
}

export function bytesFromId(id: IdByName[IdName]): Uint8Array {
  const bytes = findBytesFromHex(id)
  if (bytes === undefined) throw new RangeError('an id is hex')
  return bytes
}

export function idSizeBytes(name: IdName): number {
  return SIZE[name]
}

/** One chain of frames: who wrote, and in which life of its log. The document is known from the context. */
export type ChainKey = Brand<string, 'ChainKey'>

export function chainKey(deviceId: DeviceId, incarnation: Incarnation): ChainKey {
  return (deviceId + incarnation) as ChainKey
}

export function deviceOfChain(chain: ChainKey): DeviceId {
  return chain.slice(0, 2 * SIZE.DeviceId) as DeviceId
}

export function incarnationOfChain(chain: ChainKey): Incarnation {
  return chain.slice(2 * SIZE.DeviceId) as Incarnation
}

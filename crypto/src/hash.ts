import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 as portableSha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8 } from '@cloudos/protocol/bytes'
import { DOMAINS, domainLabel } from '@cloudos/protocol/domains'
import type { Domain } from '@cloudos/protocol/domains'
import { idFromBytes } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'
import { native } from '#native'

export function sha256(bytes: Uint8Array): Uint8Array {
  return native.sha256(bytes)
}

/** Compare the result with `equalSecret`, never with `equalBytes`. */
export function hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return hmac(portableSha256, key, bytes)
}

/** For input that is already uniformly random; a passphrase goes through Argon2id first. At most 8,160 bytes. */
export function hkdfSha256(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, lengthBytes: number): Uint8Array {
  return hkdf(portableSha256, ikm, salt, info, lengthBytes)
}

/** SHA-256(label ‖ 0 ‖ parts). The parts are joined without lengths: at most one of them may vary in length. */
export function hashFor(domain: Domain, ...parts: readonly Uint8Array[]): Uint8Array {
  return native.sha256(concatBytes(domainPrefix(domain), ...parts))
}

/** The name of these bytes: of a frame's signed part, of a blob, of an authority entry. */
export function hashId(bytes: Uint8Array): Hash {
  return idFromBytes('Hash', native.sha256(bytes))
}

const PREFIXES: ReadonlyMap<string, Uint8Array> = new Map(
  DOMAINS.map((domain) => [domain, utf8(domainLabel(domain) + '\0')]),
)

/** label ‖ 0, what every signed, hashed or derived byte string begins with. Not to be written to. */
export function domainPrefix(domain: Domain): Uint8Array {
  const prefix = PREFIXES.get(domain)
  if (prefix === undefined) throw new RangeError('no such domain')
  return prefix
}

import { createAeadKey, NONCE_BYTES, sealBytes, unsealBytes } from '@cloudos/crypto/aead'
import { domainPrefix, hkdfSha256 } from '@cloudos/crypto/hash'
import { concatBytes, utf8 } from '@cloudos/protocol/bytes'
import type { Rng } from '@cloudos/protocol/ports'

/** nonce24 | ct. `boxSecret` is this device's; for another repository it opens no more. */
export function sealToken(boxSecret: Uint8Array, where: string, token: string, rng: Rng): Uint8Array {
  const nonce = rng.bytes(NONCE_BYTES)
  return concatBytes(nonce, sealBytes(keyFrom(boxSecret), nonce, utf8(token), associated(where)))
}

/** `undefined` when it was sealed by another device, for another repository, or changed. */
export function findToken(boxSecret: Uint8Array, where: string, sealed: Uint8Array): string | undefined {
  if (sealed.length < NONCE_BYTES) return undefined
  const [nonce, ciphertext] = [sealed.subarray(0, NONCE_BYTES), sealed.subarray(NONCE_BYTES)]
  const token = unsealBytes(keyFrom(boxSecret), nonce, ciphertext, associated(where))
  return token && new TextDecoder().decode(token)
}

function keyFrom(boxSecret: Uint8Array) {
  return createAeadKey(hkdfSha256(boxSecret, new Uint8Array(0), domainPrefix('credential'), 32))
}

function associated(where: string): Uint8Array {
  return concatBytes(domainPrefix('credential'), utf8(`direct\0${where}`))
}

import { createAeadKey, NONCE_BYTES, sealBytes, unsealBytes } from '@cloudos/crypto/aead'
import { domainPrefix, hkdfSha256 } from '@cloudos/crypto/hash'
import { concatBytes, utf8 } from '@cloudos/protocol/bytes'
import { text } from '@cloudos/protocol/codecs'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Rng } from '@cloudos/protocol/ports'
import { at, encodeRecord, parseRecord, versionedRecord } from '@cloudos/protocol/record'
import type { Credential } from './kinds.ts'

const codec = versionedRecord<Credential>(1, {
  account: at(2, text(LIMITS.storageAccountMaxBytes)),
  secret: at(3, text(LIMITS.storageSecretMaxBytes)),
})
const MAX_BYTES = LIMITS.storageAccountMaxBytes + LIMITS.storageSecretMaxBytes + 64

/** The place that a credential is for: moved to another one in the journal, it opens no more. */
export interface SealedFor {
  readonly kind: string
  readonly where: string
}

/** nonce24 | ct. `boxSecret` is the device's: nobody else opens it. */
export function sealCredential(boxSecret: Uint8Array, place: SealedFor, credential: Credential, rng: Rng): Uint8Array {
  const nonce = rng.bytes(NONCE_BYTES)
  const plaintext = encodeRecord(codec, credential)
  const sealed = sealBytes(keyFrom(boxSecret), nonce, plaintext, associated(place))
  plaintext.fill(0)
  return concatBytes(nonce, sealed)
}

/** `undefined` when it was sealed by another device, for another place, or changed. */
export function findCredential(boxSecret: Uint8Array, place: SealedFor, sealed: Uint8Array): Credential | undefined {
  if (sealed.length < NONCE_BYTES) return undefined
  const [nonce, ciphertext] = [sealed.subarray(0, NONCE_BYTES), sealed.subarray(NONCE_BYTES)]
  const plaintext = unsealBytes(keyFrom(boxSecret), nonce, ciphertext, associated(place))
  const credential = plaintext && parseRecord(codec, plaintext, MAX_BYTES)
  return credential?.ok === true ? credential.value : undefined
}

function keyFrom(boxSecret: Uint8Array) {
  return createAeadKey(hkdfSha256(boxSecret, new Uint8Array(0), domainPrefix('credential'), 32))
}

function associated({ kind, where }: SealedFor): Uint8Array {
  return concatBytes(domainPrefix('credential'), utf8(`${kind}\0${where}`))
}

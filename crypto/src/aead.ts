import type { Rng } from '@cloudos/protocol/ports'
import { native } from '#native'
import { AEAD_TAG_BYTES } from './native.ts'
import type { AeadKey } from './native.ts'

export type { AeadKey } from './native.ts'

export const NONCE_BYTES = 24

/** The key is copied; wipe yours. */
export function createAeadKey(key32: Uint8Array): AeadKey {
  if (key32.length !== 32) throw new RangeError('an XChaCha20-Poly1305 key is 32 bytes')
  return native.createAeadKey(key32)
}

/**
 * XChaCha20-Poly1305: ciphertext ‖ tag. A nonce used twice under one key gives away both plaintexts and lets anyone forge: take it
 * from a `NonceSource`, or 24 fresh random bytes.
 */
export function sealBytes(key: AeadKey, nonce24: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(plaintext.length + AEAD_TAG_BYTES)
  sealInto(key, sealed, nonce24, plaintext, aad)
  return sealed
}

/** As `sealBytes`, into `out`, which has room for exactly the ciphertext and its tag. */
export function sealInto(
  key: AeadKey,
  out: Uint8Array,
  nonce24: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array,
): void {
  if (nonce24.length !== NONCE_BYTES || out.length !== plaintext.length + AEAD_TAG_BYTES)
    throw new RangeError('wrong length')
  key.sealInto(out, nonce24, plaintext, aad)
}

/** The plaintext, or `undefined` for a wrong key, nonce, associated data or any changed bit: which one cannot be told. */
export function unsealBytes(
  key: AeadKey,
  nonce24: Uint8Array,
  ciphertext: Uint8Array,
  aad: Uint8Array,
): Uint8Array | undefined {
  if (nonce24.length !== NONCE_BYTES || ciphertext.length < AEAD_TAG_BYTES) return undefined
  return key.unseal(nonce24, ciphertext, aad)
}

/** Never gives the same nonce twice. It must not outlive its process or be copied: make a new one at every start and for every chain. */
export interface NonceSource {
  next(): Uint8Array
}

/** 16 random bytes for the life of the source, then a counter. */
export function createNonceSource(rng: Rng): NonceSource {
  const prefix16 = rng.bytes(16)
  let count = 0
  return { next: () => encodeNonce(prefix16, count++) }
}

/** prefix16 ‖ count u64. Throws where a number stops counting exactly, since the next nonce would be a repeated one. */
export function encodeNonce(prefix16: Uint8Array, count: number): Uint8Array {
  if (!Number.isSafeInteger(count)) throw new RangeError('this nonce source is used up')
  const nonce = new Uint8Array(NONCE_BYTES)
  nonce.set(prefix16)
  const view = new DataView(nonce.buffer)
  view.setUint32(16, Math.floor(count / 2 ** 32))
  view.setUint32(20, count >>> 0)
  return nonce
}

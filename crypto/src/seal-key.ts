import nacl from 'tweetnacl'
import { concatBytes } from '@cloudos/protocol/bytes'
import type { Rng } from '@cloudos/protocol/ports'
import { equalSecret } from './compare.ts'
import { hashFor } from './hash.ts'

export const SEALED_KEY_BYTES = 80
const KEY_BYTES = 32

/**
 * Seals a 32-byte key to the holder of an X25519 key: ephPub32 ‖ NaCl box48. It says nothing of who sealed it: sign what carries it.
 * `context` names the purpose and must be the same on both ends. A public key that no certificate should hold throws.
 */
export function sealKey(context: Uint8Array, publicKey32: Uint8Array, key32: Uint8Array, rng: Rng): Uint8Array {
  if (key32.length !== KEY_BYTES) throw new RangeError('only keys of 32 bytes are sealed here')
  if (!isBoxPublicKey(publicKey32)) throw new RangeError('not an X25519 public key that can keep a secret')
  const ephemeralSecret = rng.bytes(KEY_BYTES)
  const ephemeralPublic = boxPublicKey(ephemeralSecret)
  const box = nacl.box(key32, nonceFor(context, ephemeralPublic, publicKey32), publicKey32, ephemeralSecret)
  ephemeralSecret.fill(0)
  return concatBytes(ephemeralPublic, box)
}

/** The key, or `undefined` when it was sealed to another key, for another context, or changed. */
export function unsealKey(context: Uint8Array, secretKey32: Uint8Array, sealed80: Uint8Array): Uint8Array | undefined {
  if (sealed80.length !== SEALED_KEY_BYTES) return undefined
  const ephemeralPublic = sealed80.subarray(0, KEY_BYTES)
  if (!isBoxPublicKey(ephemeralPublic)) return undefined
  const nonce = nonceFor(context, ephemeralPublic, boxPublicKey(secretKey32))
  return nacl.box.open(sealed80.subarray(KEY_BYTES), nonce, ephemeralPublic, secretKey32) ?? undefined
}

export function boxPublicKey(secretKey32: Uint8Array): Uint8Array {
  return nacl.scalarMult.base(secretKey32)
}

/** False for a low-order point, whose shared secret with everybody is zero, and for a second spelling of some other key. */
export function isBoxPublicKey(bytes: Uint8Array): boolean {
  return bytes.length === KEY_BYTES && isReduced(bytes) && !equalSecret(nacl.scalarMult(ANY_SCALAR, bytes), ZERO)
}

/** Clamping makes every scalar a multiple of the cofactors and of nothing larger: the product is zero for low-order points only. */
const ANY_SCALAR = new Uint8Array(KEY_BYTES)
const ZERO = new Uint8Array(KEY_BYTES)

/** u < 2^255 - 19, with the unused top bit clear. */
function isReduced(bytes: Uint8Array): boolean {
  if (bytes[31] !== 0x7f) return (bytes[31] ?? 0) < 0x7f
  for (let i = 30; i > 0; i--) if (bytes[i] !== 0xff) return true
  return (bytes[0] ?? 0) < 0xed
}

function nonceFor(context: Uint8Array, ephemeralPublic: Uint8Array, publicKey: Uint8Array): Uint8Array {
  return hashFor('seal', context, ephemeralPublic, publicKey).slice(0, nacl.box.nonceLength)
}

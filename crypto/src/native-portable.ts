import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { concatBytes, equalBytes, hexFromBytes } from '@cloudos/protocol/bytes'
import { createBoundedCache } from './bounded-cache.ts'
import type { AeadKey, MaybePromise, Native, Signer } from './native.ts'

const { Point } = ed25519

export const native: Native = { sha256, createAeadKey, createSigner, verifyStrictForm, verifyStrictFormAside }

function createAeadKey(key32: Uint8Array): AeadKey {
  const key = new Uint8Array(key32)
  return {
    sealInto(out, nonce24, plaintext, aad) {
      xchacha20poly1305(key, nonce24, aad).encrypt(plaintext, out)
    },
    unseal(nonce24, ciphertext, aad) {
      try {
        return xchacha20poly1305(key, nonce24, aad).decrypt(ciphertext)
      } catch (error) {
        if (error instanceof Error && error.message === 'invalid tag') return undefined
        throw error
      }
    },
  }
}

function createSigner(seed32: Uint8Array): Signer {
  const seed = new Uint8Array(seed32)
  return { publicKey: ed25519.getPublicKey(seed), sign: (message) => ed25519.sign(message, seed) }
}

/** A browser has one page's worth of peers; past that, importing a key again costs microseconds. */
const keys = createBoundedCache<Promise<CryptoKey | undefined>>(1024)

function verifyStrictForm(
  publicKey32: Uint8Array,
  message: Uint8Array,
  signature64: Uint8Array,
): MaybePromise<boolean> {
  const subtle = findSubtle()
  if (subtle === undefined) return verifyByRecomputing(publicKey32, message, signature64)
  return verifyByWebCrypto(subtle, publicKey32, message, signature64)
}

function verifyStrictFormAside(
  publicKey32: Uint8Array,
  message: Uint8Array,
  signature64: Uint8Array,
): Promise<boolean> {
  return Promise.resolve(verifyStrictForm(publicKey32, message, signature64))
}

/** Pages that came over plain http from another machine have none. */
function findSubtle(): SubtleCrypto | undefined {
  return globalThis.crypto.subtle
}

async function verifyByWebCrypto(
  subtle: SubtleCrypto,
  publicKey32: Uint8Array,
  message: Uint8Array,
  signature64: Uint8Array,
): Promise<boolean> {
  const key = await keys.take(hexFromBytes(publicKey32), () => importKey(subtle, new Uint8Array(publicKey32)))
  if (key === undefined) return verifyByRecomputing(publicKey32, message, signature64)
  return subtle.verify('Ed25519', key, new Uint8Array(signature64), new Uint8Array(message))
}

/** `undefined` where this browser has no Ed25519 or will not take these bytes as a key; the recomputation then decides. */
async function importKey(subtle: SubtleCrypto, publicKey32: Uint8Array<ArrayBuffer>): Promise<CryptoKey | undefined> {
  try {
    return await subtle.importKey('raw', publicKey32, 'Ed25519', false, ['verify'])
  } catch (error) {
    if (error instanceof DOMException) return undefined
    throw error
  }
}

/**
 * The cofactorless equation as OpenSSL and BoringSSL compute it: R' = SB - kA with k reduced modulo L, compared with R as bytes.
 * noble's own `verify` multiplies by the cofactor, so it accepts mixed-order points that the others refuse.
 */
export function verifyByRecomputing(publicKey32: Uint8Array, message: Uint8Array, signature64: Uint8Array): boolean {
  const key = findPoint(publicKey32)
  if (key === undefined) return false
  const commitment = signature64.subarray(0, 32)
  const k = Point.Fn.create(numberFromLittleEndian(sha512(concatBytes(commitment, publicKey32, message))))
  const s = numberFromLittleEndian(signature64.subarray(32))
  const recomputed = Point.BASE.multiplyUnsafe(s).subtract(key.multiplyUnsafe(k))
  return equalBytes(recomputed.toBytes(), commitment)
}

function findPoint(bytes: Uint8Array): InstanceType<typeof Point> | undefined {
  try {
    return Point.fromBytes(bytes)
  } catch {
    return undefined // noble throws plain errors, and only for bytes that are no point
  }
}

function numberFromLittleEndian(bytes: Uint8Array): bigint {
  return BigInt('0x' + hexFromBytes(bytes.toReversed()))
}

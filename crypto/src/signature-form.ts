import { ed25519 } from '@noble/curves/ed25519.js'
import { hexToBytes } from '@noble/hashes/utils.js'

/*
 * Ed25519 libraries agree on honest signatures and differ at the edges: Chromium 156 and OpenSSL 3.0 take keys and Rs of small order,
 * also in spellings with y >= p or x = -0, and Node 24 refuses them all; tweetnacl takes S + L. Refused here, before any library
 * looks, what is left computes the same everywhere (vectors/ed25519-edge.json).
 */

/** The key and R canonical and not of small order (anyone can sign for such a key), S below L (else a second signature follows). */
export function hasStrictForm(publicKey: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  return isStrictPoint(publicKey) && isStrictPoint(signature) && isReducedScalar(signature)
}

/** True unless the bytes are the one spelling of a point that generates exactly the group of prime order. Certificates refuse it. */
export function hasTorsion(publicKey32: Uint8Array): boolean {
  if (publicKey32.length !== 32 || !isStrictPoint(publicKey32)) return true
  try {
    return !ed25519.Point.fromBytes(publicKey32).isTorsionFree()
  } catch {
    return true // not on the curve: noble throws a plain error for nothing else
  }
}

/** The first 32 bytes: y canonical and not that of one of the eight points of small order. Whether it is on the curve is not asked. */
function isStrictPoint(bytes: Uint8Array): boolean {
  return isReducedCoordinate(bytes) && !SMALL_ORDER_Y.some((y) => isCoordinate(bytes, y))
}

/** y < 2^255 - 19, little-endian, under the sign bit. */
function isReducedCoordinate(bytes: Uint8Array): boolean {
  if (((bytes[31] ?? 0) & 0x7f) !== 0x7f) return true
  for (let i = 30; i > 0; i--) if (bytes[i] !== 0xff) return true
  return (bytes[0] ?? 0) < 0xed
}

/** Order 4, 1, 2, 8 and 8; x = 0 only happens here, so refusing both signs also settles "-0". */
const SMALL_ORDER_Y: readonly Uint8Array[] = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
].map((hex) => hexToBytes(hex))

function isCoordinate(bytes: Uint8Array, y: Uint8Array): boolean {
  for (let i = 0; i < 31; i++) if (bytes[i] !== y[i]) return false
  return ((bytes[31] ?? 0) & 0x7f) === y[31]
}

/** L = 2^252 + 27742317777372353535851937790883648493, little-endian. */
const L = hexToBytes('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010')

function isReducedScalar(signature: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) {
    const difference = (signature[32 + i] ?? 0) - (L[i] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}

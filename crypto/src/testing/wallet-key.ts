import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { base58 } from '@scure/base'
import { concatBytes } from '@cloudos/protocol/bytes'
import type { Rng } from '@cloudos/protocol/ports'

/** A Solana account of the tests. */
export interface WalletKey {
  readonly publicKey: Uint8Array
  readonly address: string
  /** The same answer to the same message, as RFC 8032 has it. */
  sign(message: Uint8Array): Uint8Array
  /** Just as valid and different each time, as hedged and multi-party signers answer. */
  signHedged(message: Uint8Array): Uint8Array
}

export function createWalletKey(rng: Rng): WalletKey {
  const seed = rng.bytes(32)
  const publicKey = ed25519.getPublicKey(seed)
  return {
    publicKey,
    address: base58.encode(publicKey),
    sign: (message) => ed25519.sign(message, seed),
    signHedged: (message) => signWith(seed, scalarFrom(rng.bytes(64)), message),
  }
}

/** R = rB and S = r + kA: any r makes a signature that holds. */
function signWith(seed: Uint8Array, r: bigint, message: Uint8Array): Uint8Array {
  const { scalar, pointBytes } = ed25519.utils.getExtendedPublicKey(seed)
  const R = ed25519.Point.BASE.multiply(r).toBytes()
  const k = scalarFrom(sha512(concatBytes(R, pointBytes, message)))
  const { Fn } = ed25519.Point
  return concatBytes(R, Fn.toBytes(Fn.add(r, Fn.mul(k, scalar))))
}

/** Little endian, below the group's order. */
function scalarFrom(bytes: Uint8Array): bigint {
  return ed25519.Point.Fn.create(bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n))
}

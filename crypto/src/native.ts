/**
 * What a platform may do faster than portable code, byte for byte the same. `#native` resolves to native-node.ts in Node and to
 * native-portable.ts elsewhere; callers use hash.ts, aead.ts and signature.ts, which check lengths first.
 */
export interface Native {
  readonly sha256: (bytes: Uint8Array) => Uint8Array
  readonly createAeadKey: (key32: Uint8Array) => AeadKey
  readonly createSigner: (seed32: Uint8Array) => Signer
  /** Only for inputs that passed `hasStrictForm`: on anything else platforms disagree. */
  readonly verifyStrictForm: (
    publicKey32: Uint8Array,
    message: Uint8Array,
    signature64: Uint8Array,
  ) => MaybePromise<boolean>
  /** The same answer to the same question, from another thread where the platform has some. */
  readonly verifyStrictFormAside: (
    publicKey32: Uint8Array,
    message: Uint8Array,
    signature64: Uint8Array,
  ) => Promise<boolean>
}

export type MaybePromise<T> = T | Promise<T>

/** An XChaCha20-Poly1305 key made ready for use. Use it through `sealBytes` and `unsealBytes`. */
export interface AeadKey {
  /** Writes ciphertext and tag to `out`, which is exactly 16 bytes longer than `plaintext` and overlaps nothing. */
  sealInto(out: Uint8Array, nonce24: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): void
  /** `undefined` when the tag does not fit: nothing of the plaintext is shown then. */
  unseal(nonce24: Uint8Array, ciphertext: Uint8Array, aad: Uint8Array): Uint8Array | undefined
}

/** Holds an Ed25519 secret key. Sign through `signFor`: a bare `sign` names no domain, so what it signs may pass for something else. */
export interface Signer {
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): MaybePromise<Uint8Array>
}

export const AEAD_TAG_BYTES = 16

import { Buffer } from 'node:buffer'
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  hash,
  sign,
  verify,
} from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { hchacha } from '@noble/ciphers/chacha.js'
import { concatBytes } from '@cloudos/protocol/bytes'
import { createBoundedCache } from './bounded-cache.ts'
import { AEAD_TAG_BYTES } from './native.ts'
import type { AeadKey, Native, Signer } from './native.ts'

export const native: Native = { sha256, createAeadKey, createSigner, verifyStrictForm, verifyStrictFormAside }

function sha256(bytes: Uint8Array): Uint8Array {
  return plainBytes(hash('sha256', bytes, 'buffer'))
}

/** The writing chains of one document that talk at one time; a subkey made again costs 10 us. */
const SUBKEYS_PER_KEY = 64
const CIPHER = 'chacha20-poly1305'
const TAG = { authTagLength: AEAD_TAG_BYTES }

/** XChaCha20 is ChaCha20 under a subkey of the nonce's first 16 bytes. They are constant in a chain, so OpenSSL's cipher can do the rest. */
function createAeadKey(key32: Uint8Array): AeadKey {
  const key = new Uint8Array(key32)
  const subkeys = createBoundedCache<KeyObject>(SUBKEYS_PER_KEY)
  const subkeyFor = (nonce24: Uint8Array): KeyObject =>
    subkeys.take(latin1(nonce24, 16), () => subkeyFrom(key, nonce24))
  return {
    sealInto(out, nonce24, plaintext, aad) {
      const cipher = createCipheriv(CIPHER, subkeyFor(nonce24), innerNonce(nonce24), TAG)
      cipher.setAAD(aad, { plaintextLength: plaintext.length })
      out.set(cipher.update(plaintext))
      cipher.final()
      out.set(cipher.getAuthTag(), plaintext.length)
    },
    unseal(nonce24, ciphertext, aad) {
      const end = ciphertext.length - AEAD_TAG_BYTES
      const decipher = createDecipheriv(CIPHER, subkeyFor(nonce24), innerNonce(nonce24), TAG)
      decipher.setAAD(aad, { plaintextLength: end })
      decipher.setAuthTag(ciphertext.subarray(end))
      const plaintext = plainBytes(decipher.update(ciphertext.subarray(0, end)))
      try {
        decipher.final()
      } catch {
        return undefined // `final` has one reason to throw, the tag, and gives it no code
      }
      return plaintext
    },
  }
}

const SIGMA = new Uint32Array([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574])

/** Every platform Node runs on here is little-endian, as HChaCha20 is. */
function subkeyFrom(key32: Uint8Array, nonce24: Uint8Array): KeyObject {
  const key = words(key32, 8)
  const subkey = new Uint32Array(8)
  hchacha(SIGMA, key, words(nonce24, 4), subkey)
  const object = createSecretKey(new Uint8Array(subkey.buffer))
  key.fill(0)
  subkey.fill(0)
  return object
}

function words(bytes: Uint8Array, count: number): Uint32Array {
  return new Uint32Array(new Uint8Array(bytes.subarray(0, 4 * count)).buffer)
}

function innerNonce(nonce24: Uint8Array): Uint8Array {
  const nonce = new Uint8Array(12)
  nonce.set(nonce24.subarray(16), 4)
  return nonce
}

/** RFC 8410: what stands before the raw key in PKCS #8 and in SubjectPublicKeyInfo. */
const PRIVATE_KEY_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const PUBLIC_KEY_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const publicKeys = createBoundedCache<KeyObject>(4096)

function createSigner(seed32: Uint8Array): Signer {
  const der = concatBytes(PRIVATE_KEY_PREFIX, seed32)
  const key = createPrivateKey({ key: Buffer.from(der.buffer), format: 'der', type: 'pkcs8' })
  der.fill(0)
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(PUBLIC_KEY_PREFIX.length)
  return { publicKey: new Uint8Array(publicKey), sign: (message) => plainBytes(sign(null, message, key)) }
}

function verifyStrictForm(publicKey32: Uint8Array, message: Uint8Array, signature64: Uint8Array): boolean {
  return verify(null, message, publicKeyOf(publicKey32), signature64)
}

function verifyStrictFormAside(
  publicKey32: Uint8Array,
  message: Uint8Array,
  signature64: Uint8Array,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    verify(null, message, publicKeyOf(publicKey32), signature64, (error, holds) => {
      if (error === null) resolve(holds)
      else reject(error)
    })
  })
}

function publicKeyOf(publicKey32: Uint8Array): KeyObject {
  return publicKeys.take(latin1(publicKey32, 32), () => publicKeyFrom(publicKey32))
}

function publicKeyFrom(publicKey32: Uint8Array): KeyObject {
  const der = Buffer.concat([PUBLIC_KEY_PREFIX, publicKey32])
  return createPublicKey({ key: der, format: 'der', type: 'spki' })
}

/** A string per key for the caches, in a tenth of a microsecond. */
function latin1(bytes: Uint8Array, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('latin1')
}

/** A Buffer compares, slices and prints otherwise than the Uint8Array everybody expects. */
function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)
}

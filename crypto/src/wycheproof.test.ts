import assert from 'node:assert/strict'
import { createCipheriv, createDecipheriv } from 'node:crypto'
import { test } from 'node:test'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { x25519 } from '@noble/curves/ed25519.js'
import nacl from 'tweetnacl'
import { concatBytes } from '@cloudos/protocol/bytes'
import { sealBytes, unsealBytes } from './aead.ts'
import { equalSecret } from './compare.ts'
import { hkdfSha256, hmacSha256 } from './hash.ts'
import { native as node } from './native-node.ts'
import { native as portable, verifyByRecomputing } from './native-portable.ts'
import { isBoxPublicKey } from './seal-key.ts'
import { hasStrictForm } from './signature-form.ts'
import { WITH_WYCHEPROOF, wycheproofCases } from './testing/wycheproof.ts'

test('ed25519: OpenSSL, WebCrypto and the recomputation judge all 151 right', WITH_WYCHEPROOF, async () => {
  for (const { id, result, bytes } of wycheproofCases('ed25519_test.json')) {
    const [publicKey, message, signature] = [bytes('pk'), bytes('msg'), bytes('sig')]
    const isStrict = hasStrictForm(publicKey, signature)
    const verdicts = [
      isStrict && node.verifyStrictForm(publicKey, message, signature),
      isStrict && (await portable.verifyStrictForm(publicKey, message, signature)),
      isStrict && verifyByRecomputing(publicKey, message, signature),
    ]
    assert.deepEqual(verdicts, new Array(3).fill(result === 'valid'), id)
  }
})

test('x25519: tweetnacl computes all 518, and the keys that must not be sealed to are told', WITH_WYCHEPROOF, () => {
  for (const { id, flags, bytes } of wycheproofCases('x25519_test.json')) {
    const [publicKey, secret, shared] = [bytes('public'), bytes('private'), bytes('shared')]
    assert.deepEqual(nacl.scalarMult(secret, publicKey), shared, id)
    if (flags.includes('ZeroSharedSecret')) assert.throws(() => x25519.getSharedSecret(secret, publicKey))
    else assert.deepEqual(x25519.getSharedSecret(secret, publicKey), shared, id)
    const isSound = !flags.some((flag) => flag === 'ZeroSharedSecret' || flag === 'NonCanonicalPublic')
    assert.equal(isBoxPublicKey(publicKey), isSound, id)
  }
})

test('xchacha20-poly1305: Node and portable code judge all 315 right', WITH_WYCHEPROOF, () => {
  for (const { id, result, bytes } of wycheproofCases('xchacha20_poly1305_test.json')) {
    const [nonce, aad, plaintext] = [bytes('iv'), bytes('aad'), bytes('msg')]
    const sealed = concatBytes(bytes('ct'), bytes('tag'))
    const isValid = result === 'valid'
    for (const { createAeadKey } of [node, portable]) {
      const key = createAeadKey(bytes('key'))
      assert.deepEqual(unsealBytes(key, nonce, sealed, aad), isValid ? plaintext : undefined, id)
      if (isValid) assert.deepEqual(sealBytes(key, nonce, plaintext, aad), sealed, id)
    }
  }
})

test('chacha20-poly1305: the inner ciphers, OpenSSL and noble, judge all 325 right', WITH_WYCHEPROOF, () => {
  for (const { id, result, bytes } of wycheproofCases('chacha20_poly1305_test.json')) {
    const [key, nonce, aad, plaintext] = [bytes('key'), bytes('iv'), bytes('aad'), bytes('msg')]
    const [ciphertext, tag] = [bytes('ct'), bytes('tag')]
    const byNoble = (): Uint8Array => chacha20poly1305(key, nonce, aad).decrypt(concatBytes(ciphertext, tag))
    const byNode = (): Uint8Array => {
      const decipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 })
      decipher.setAAD(aad, { plaintextLength: ciphertext.length }).setAuthTag(tag)
      return new Uint8Array(concatBytes(decipher.update(ciphertext), decipher.final()))
    }
    for (const decrypt of [byNoble, byNode]) {
      if (result === 'valid') assert.deepEqual(decrypt(), plaintext, id)
      else assert.throws(decrypt, id)
    }
    if (result !== 'valid') continue
    const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 })
    cipher.setAAD(aad, { plaintextLength: plaintext.length })
    assert.deepEqual(
      concatBytes(cipher.update(plaintext), cipher.final(), cipher.getAuthTag()),
      concatBytes(ciphertext, tag),
    )
  }
})

test('hmac-sha256: all 174, with tags compared in constant time', WITH_WYCHEPROOF, () => {
  for (const { id, result, bytes, number } of wycheproofCases('hmac_sha256_test.json')) {
    const tag = hmacSha256(bytes('key'), bytes('msg')).subarray(0, number('tagSize') / 8)
    assert.equal(equalSecret(tag, bytes('tag')), result === 'valid', id)
  }
})

test('hkdf-sha256: all 86', WITH_WYCHEPROOF, () => {
  for (const { id, result, bytes, number } of wycheproofCases('hkdf_sha256_test.json')) {
    const derive = (): Uint8Array => hkdfSha256(bytes('ikm'), bytes('salt'), bytes('info'), number('size'))
    if (result === 'valid') assert.deepEqual(derive(), bytes('okm'), id)
    else assert.throws(derive, id)
  }
})

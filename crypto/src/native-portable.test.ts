import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { concatBytes } from '@cloudos/protocol/bytes'
import vectors from '../vectors/ed25519-edge.json' with { type: 'json' }
import { domainPrefix } from './hash.ts'
import { native } from './native-portable.ts'
import { hasStrictForm } from './signature-form.ts'
import { EDGE_DOMAIN } from './testing/edge-signatures.ts'
import { bytesOf } from './testing/vectors.ts'

afterEach(() => {
  Reflect.deleteProperty(crypto, 'subtle')
})

test('a page without WebCrypto verifies by recomputing, at once', () => {
  browserWith(undefined)
  for (const { name, answer, accepted } of answers()) assert.equal(answer, accepted, name)
})

test('a browser without Ed25519 verifies by recomputing', async () => {
  const refuse = (): Promise<never> => Promise.reject(new DOMException('Unrecognized name.', 'NotSupportedError'))
  browserWith({ importKey: refuse })
  for (const { name, answer, accepted } of answers()) assert.equal(await answer, accepted, name)
})

test('a bug in the call is not taken for a missing algorithm', async () => {
  const fail = (): Promise<never> => Promise.reject(new TypeError('not of type BufferSource'))
  browserWith({ importKey: fail })
  const bytes = new Uint8Array(64).fill(3)
  await assert.rejects(async () => native.verifyStrictForm(bytes.subarray(32), bytes, bytes), TypeError)
})

function browserWith(subtle: unknown): void {
  Object.defineProperty(crypto, 'subtle', { value: subtle, configurable: true })
}

function answers() {
  return vectors.flatMap(({ name, verdict, ...hex }) => {
    const [publicKey, signature] = [bytesOf(hex.publicKey), bytesOf(hex.signature)]
    if (!hasStrictForm(publicKey, signature)) return []
    const message = concatBytes(domainPrefix(EDGE_DOMAIN), bytesOf(hex.payload))
    return [{ name, accepted: verdict === 'accepted', answer: native.verifyStrictForm(publicKey, message, signature) }]
  })
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ed25519 } from '@noble/curves/ed25519.js'
import nacl from 'tweetnacl'
import { concatBytes, equalBytes, utf8 } from '@cloudos/protocol/bytes'
import vectors from '../vectors/ed25519-edge.json' with { type: 'json' }
import { domainPrefix } from './hash.ts'
import { native as node } from './native-node.ts'
import { native as portable, verifyByRecomputing } from './native-portable.ts'
import { hasStrictForm, hasTorsion } from './signature-form.ts'
import { createSigner, createWebCryptoSigner, signFor, verifyAside, verifyFor } from './signature.ts'
import { craftSignature, EDGE_DOMAIN, edgeSignatures } from './testing/edge-signatures.ts'
import { createDice } from './testing/seeded.ts'
import { bytesOf, jsonFrom } from './testing/vectors.ts'

const EDGES = vectors.map(({ name, verdict, ...hex }) => {
  const payload = bytesOf(hex.payload)
  const message = concatBytes(domainPrefix(EDGE_DOMAIN), payload)
  return { name, verdict, publicKey: bytesOf(hex.publicKey), signature: bytesOf(hex.signature), payload, message }
})

test('the published edges are the ones built here', () => {
  assert.equal(jsonFrom(vectors), jsonFrom(edgeSignatures()))
})

test('OpenSSL, WebCrypto and the recomputation give the published answer at every edge', async () => {
  for (const { name, verdict, publicKey, payload, message, signature } of EDGES) {
    const accepted = verdict === 'accepted'
    const isStrict = hasStrictForm(publicKey, signature)
    assert.equal(isStrict, verdict !== 'bad-form', name)
    assert.equal(verifyFor(publicKey, EDGE_DOMAIN, payload, signature), accepted, name)
    assert.equal(await verifyAside(publicKey, EDGE_DOMAIN, payload, signature), accepted, name)
    assert.equal(isStrict && (await portable.verifyStrictFormAside(publicKey, message, signature)), accepted, name)
    assert.equal(isStrict && node.verifyStrictForm(publicKey, message, signature), accepted, name)
    assert.equal(isStrict && (await portable.verifyStrictForm(publicKey, message, signature)), accepted, name)
    assert.equal(isStrict && verifyByRecomputing(publicKey, message, signature), accepted, name)
  }
})

test("noble's own verification takes mixed-order points that are refused here", () => {
  const refused = EDGES.filter(({ verdict }) => verdict !== 'accepted')
  const takenBy = (zip215: boolean): string[] =>
    refused
      .filter((edge) => ed25519.verify(edge.signature, edge.message, edge.publicKey, { zip215 }))
      .map(({ name }) => name)
  const mixed = 'R with torsion: only the cofactored equation holds'
  assert.ok(takenBy(true).includes(mixed))
  assert.ok(takenBy(false).includes(mixed))
  assert.ok(takenBy(true).length > takenBy(false).length)
})

test('tweetnacl takes a malleable twin that is refused here', () => {
  const twin = EDGES.find(({ name }) => name.startsWith('S + L'))
  assert.ok(twin?.verdict === 'bad-form')
  assert.ok(nacl.sign.detached.verify(twin.message, twin.signature, twin.publicKey))
})

test('the bare equation takes keys of small order, so the form has to refuse them', () => {
  const small = EDGES.filter(({ name }) => name.startsWith('key of small order'))
  assert.equal(small.length, 8)
  for (const { verdict, publicKey, message, signature } of small) {
    assert.equal(verdict, 'bad-form')
    assert.ok(verifyByRecomputing(publicKey, message, signature))
  }
})

test('OpenSSL and the recomputation agree on whatever torsion key and R may have', () => {
  const dice = createDice(215)
  for (let round = 0; round < 200; round++) {
    const torsions = { keyTorsion: dice.below(8), commitmentTorsion: dice.below(8) }
    const crafted = craftSignature({ ...torsions, secret: BigInt(1 + dice.below(2 ** 30)), nonce: BigInt(round + 1) })
    const message = concatBytes(domainPrefix(EDGE_DOMAIN), crafted.payload)
    const recomputed = verifyByRecomputing(crafted.publicKey, message, crafted.signature)
    assert.equal(verifyFor(crafted.publicKey, EDGE_DOMAIN, crafted.payload, crafted.signature), recomputed)
    assert.equal(hasTorsion(crafted.publicKey), torsions.keyTorsion !== 0)
  }
})

test('a key with torsion, in a second spelling, off the curve or of the wrong length is told from a sound one', () => {
  const keyOf = (start: string): Uint8Array[] =>
    EDGES.filter(({ name }) => name.startsWith(start)).map((edge) => edge.publicKey)
  for (const key of [...keyOf('key '), ...keyOf('key:')]) assert.ok(hasTorsion(key))
  for (const key of [...keyOf('honest'), ...keyOf('R')]) assert.ok(!hasTorsion(key))
  assert.ok(hasTorsion(new Uint8Array(31)))
})

test('wrong lengths are refused and never reach a library', () => {
  const { publicKey, payload, signature } = honest()
  assert.equal(verifyFor(publicKey.subarray(1), 'note', payload, signature), false)
  assert.equal(verifyFor(publicKey, 'note', payload, signature.subarray(1)), false)
  assert.equal(verifyFor(publicKey, 'note', payload, concatBytes(signature, new Uint8Array(1))), false)
  assert.equal(verifyFor(new Uint8Array(0), 'note', payload, new Uint8Array(0)), false)
  assert.throws(() => createSigner(new Uint8Array(31)), RangeError)
})

test('a signature is for one key, one domain and one payload', () => {
  const { publicKey, payload, signature } = honest()
  const other = createSigner(new Uint8Array(32).fill(2)).publicKey
  assert.equal(verifyFor(publicKey, 'note', payload, signature), true)
  assert.equal(verifyFor(other, 'note', payload, signature), false)
  assert.equal(verifyFor(publicKey, 'lease', payload, signature), false)
  assert.equal(verifyFor(publicKey, 'note', utf8('other'), signature), false)
})

test('Node, portable code, WebCrypto and tweetnacl sign the same bytes', async () => {
  const dice = createDice(7)
  for (let length = 0; length < 40; length++) {
    const seed = dice.bytes(32)
    const message = dice.bytes(length)
    const signer = node.createSigner(seed)
    const signature = await signer.sign(message)
    assert.deepEqual(signer.publicKey, portable.createSigner(seed).publicKey)
    assert.deepEqual(signature, await portable.createSigner(seed).sign(message))
    assert.deepEqual(signature, nacl.sign.detached(message, nacl.sign.keyPair.fromSeed(seed).secretKey))
  }
})

test('a signer keeps its own copy of the seed', async () => {
  for (const { createSigner: create } of [node, portable]) {
    const seed = new Uint8Array(32).fill(5)
    const signer = create(seed)
    const before = await signer.sign(utf8('once'))
    seed.fill(0)
    assert.deepEqual(await signer.sign(utf8('once')), before)
  }
})

test('a key that cannot leave the browser signs what everybody verifies', async () => {
  const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
  assert.ok('privateKey' in pair)
  const signer = await createWebCryptoSigner(pair)
  const signature = await signFor(signer, 'renew', utf8('me'))
  assert.equal(verifyFor(signer.publicKey, 'renew', utf8('me'), signature), true)
})

test('one flipped bit anywhere spoils a signature', () => {
  const { publicKey, payload, signature } = honest()
  for (let bit = 0; bit < 512; bit++) {
    const flipped = signature.slice()
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.ok(!equalBytes(flipped, signature))
    assert.equal(verifyFor(publicKey, 'note', payload, flipped), false)
  }
})

function honest(): (typeof EDGES)[number] {
  const edge = EDGES.find(({ name }) => name === 'honest')
  if (edge === undefined) throw new RangeError('no honest vector')
  return edge
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { equalBytes } from '@cloudos/protocol/bytes'
import { parseFrame } from '@cloudos/protocol/frame'
import { LIMITS } from '@cloudos/protocol/limits'
import vectors from '../vectors/frames.json' with { type: 'json' }
import { createAeadKey } from './aead.ts'
import { docKeyFrom } from './derive.ts'
import { paddedLength } from './padding.ts'
import { frameIdOf, MAX_UPDATES_BYTES, sealFrame, unsealFrame, verifyFrame } from './sealed-frame.ts'
import type { SealedFrame } from './sealed-frame.ts'
import { createSigner } from './signature.ts'
import { frameCases } from './testing/frame-cases.ts'
import type { CaseRefusal, GoodFrame } from './testing/frame-cases.ts'
import { mutated } from './testing/mutation.ts'
import { createDice } from './testing/seeded.ts'
import type { Dice } from './testing/seeded.ts'
import { bytesOf, jsonFrom } from './testing/vectors.ts'

const CASES = frameCases()
const FRAMES = CASES.good.map(({ frame }) => frame)
const SIGNED = FRAMES.map((frame) => frame.subarray(0, -64))
const signer = createSigner(CASES.signSeed)
const key = createAeadKey(CASES.docKey)

test('the published frames are the ones built here', () => {
  assert.equal(jsonFrom(vectors), jsonFrom(CASES))
})

test('every good frame is sealed to exactly the published bytes, and opens', () => {
  for (const [i, { updates, frame, frameId }] of vectors.good.entries()) {
    const good = CASES.good[i]
    assert.ok(good !== undefined)
    assert.deepEqual(resealed(good), { bytes: bytesOf(frame), frameId })
    assert.deepEqual(openedOr(bytesOf(frame)), bytesOf(updates))
  }
})

test('every bad frame is refused at the published step', () => {
  for (const { name, frame, refusal } of vectors.bad) assert.equal(openedOr(bytesOf(frame)), refusal, name)
})

test('a signer that takes its time makes the same frame', async () => {
  const [good] = CASES.good
  assert.ok(good !== undefined)
  const slow = { publicKey: signer.publicKey, sign: (message: Uint8Array) => Promise.resolve(signer.sign(message)) }
  const frame = await sealFrame({ ...partsOf(good), signer: slow })
  assert.deepEqual(frame.bytes, good.frame)
})

test('a key of another epoch or document opens nothing', () => {
  const [good] = CASES.good
  assert.ok(good !== undefined)
  const frame = parseFrame(good.frame)
  assert.ok(frame.ok)
  const { docId, epochId } = good.header
  const other = createAeadKey(docKeyFrom(new Uint8Array(32), docId, epochId))
  assert.deepEqual(unsealFrame(frame.value, other), { ok: false, error: 'bad-seal' })
})

test('padding hides the length in few steps, costs at most an eighth, and is its own fixed point', () => {
  const steps = new Set<number>()
  for (let length = 0; length <= 1 << 16; length++) {
    const padded = paddedLength(length)
    steps.add(padded)
    assert.ok(padded >= Math.max(length, 32))
    assert.ok(length < 32 || padded <= length * 1.125)
    assert.equal(paddedLength(padded), padded)
  }
  assert.ok(steps.size < 160, String(steps.size))
})

test('the largest updates fit into a frame, and a byte more throws', () => {
  const [good] = CASES.good
  assert.ok(good !== undefined)
  const frame = resealed({ ...good, updates: new Uint8Array(MAX_UPDATES_BYTES) })
  assert.ok(frame.bytes.length <= LIMITS.frameMaxBytes)
  assert.ok(openedOr(frame.bytes) instanceof Uint8Array)
  assert.throws(() => resealed({ ...good, updates: new Uint8Array(MAX_UPDATES_BYTES + 1) }), RangeError)
})

test('of a hundred thousand mutated frames none is taken and none crashes', () => {
  const dice = createDice(20)
  const reached = new Map<string, number>()
  for (let round = 0; round < 100_000; round++) {
    const outcome = openedOr(damaged(dice))
    assert.ok(!(outcome instanceof Uint8Array), `round ${String(round)}`)
    reached.set(outcome, (reached.get(outcome) ?? 0) + 1)
  }
  assert.ok((reached.get('bad-signature') ?? 0) > 50_000, JSON.stringify([...reached]))
})

test('of mutated frames none opens even where nobody looks at the signature', () => {
  const dice = createDice(21)
  for (let round = 0; round < 10_000; round++) {
    const frame = parseFrame(damaged(dice))
    if (!frame.ok || SIGNED.some((signed) => equalBytes(signed, frame.value.signedBytes))) continue
    assert.deepEqual(unsealFrame(frame.value, key), { ok: false, error: 'bad-seal' })
  }
})

function damaged(dice: Dice): Uint8Array {
  for (;;) {
    const frame = mutated(dice.pick(FRAMES), FRAMES, dice)
    if (!FRAMES.some((original) => equalBytes(original, frame))) return frame
  }
}

function partsOf({ header, updates }: GoodFrame) {
  return { header, updates, key, nonces: { next: () => header.nonce }, signer }
}

function resealed(good: GoodFrame): SealedFrame {
  const frame = sealFrame(partsOf(good))
  assert.ok(!(frame instanceof Promise))
  return frame
}

/** The whole way in: the updates, or the first refusal. */
function openedOr(bytes: Uint8Array): Uint8Array | CaseRefusal {
  const frame = parseFrame(bytes)
  if (!frame.ok) return frame.error
  if (verifyFrame(frame.value, frameIdOf(frame.value), signer.publicKey) !== true) return 'bad-signature'
  const updates = unsealFrame(frame.value, key)
  return updates.ok ? updates.value : updates.error
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concatBytes } from '@cloudos/protocol/bytes'
import { createFamily, DOC, startDevice } from '../testing/family.ts'
import { encodeDense, findDense, isDense } from './dense-pack.ts'
import { parsePack } from './packs.ts'

/** What two devices type, by turns, in the order of the first one's log. */
async function frames(seed: number, edits: number): Promise<readonly Uint8Array[]> {
  const family = createFamily(2, seed)
  const { dice } = family
  const devices = [startDevice(family, 0), startDevice(family, 1)]
  const docs = await Promise.all(devices.map(({ replica }) => replica.open(DOC)))
  const [own, other] = docs
  assert.ok(own && other)
  for (let edit = 0; edit < edits; edit++) {
    const doc = dice.below(3) === 0 ? other : own
    doc.ydoc.getText('text').insert(0, 'x'.repeat(1 + dice.below(dice.below(20) === 0 ? 70_000 : 60)))
    await doc.durable()
    if (dice.below(10) === 0) await doc.snapshot() // takes a nonce of the chain
  }
  for await (const { frame } of other.scan(0)) await own.admit(frame, 'test')
  const all: Uint8Array[] = []
  for await (const { frame } of own.scan(0)) all.push(frame.slice())
  // As two who write at once come to lie.
  return all.map((frame) => [dice.below(100), frame] as const).sort(([a], [b]) => a - b).map(([, frame]) => frame) // prettier-ignore
}

test('frames come back bit for bit from a dense pack, in any order', async () => {
  for (const seed of [1, 2, 3, 4]) {
    const mixed = await frames(seed, 40)
    assert.deepEqual(findDense(encodeDense(mixed)), mixed)
  }
  assert.deepEqual(findDense(encodeDense([])), [])
})

test('in a dense pack a frame that goes on from another is 113 bytes shorter', async () => {
  const family = createFamily(1)
  const doc = await startDevice(family, 0).replica.open(DOC)
  const typed: Uint8Array[] = []
  for (const letter of 'twenty letters typed') {
    doc.ydoc.getText('text').insert(0, letter)
    await doc.durable()
  }
  for await (const { frame } of doc.scan(0)) typed.push(frame.slice())
  const whole = concatBytes(...typed)
  assert.equal(whole.length - encodeDense(typed).length, 19 * 113 - 3 - 1)
})

test('packs of frames end to end, as they were written before, are read as dense ones are', async () => {
  const mixed = await frames(5, 20)
  const before = parsePack(concatBytes(...mixed))
  assert.ok(before)
  assert.deepEqual(before.map(({ bytes }) => bytes), mixed) // prettier-ignore
  assert.deepEqual(parsePack(encodeDense(mixed)), before)
})

test('a dense pack that is cut, or of which a byte is changed, is refused or holds frames that are, never breaks', async () => {
  const pack = encodeDense((await frames(6, 12)).filter(({ length }) => length < 400))
  assert.ok(isDense(pack))
  let refused = 0
  for (let end = 0; end < pack.length; end++) if (parsePack(pack.subarray(0, end)) === undefined) refused += 1
  assert.ok(refused > pack.length / 2)
  for (let at = 0; at < pack.length; at++)
    for (const value of [0, 1, 255]) {
      const changed = pack.slice()
      changed[at] = value
      for (const { bytes } of parsePack(changed) ?? []) assert.ok(bytes.length < pack.length)
    }
})

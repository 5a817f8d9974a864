import assert from 'node:assert/strict'
import { test } from 'node:test'
import { equalBytes } from '@cloudos/protocol/bytes'
import { encodeSlot, parseSlot } from '@cloudos/protocol/slot'
import type { Slot } from '@cloudos/protocol/slot'
import { profileIdFrom } from './derive.ts'
import { createSlot, openSlot, reseal } from './slots.ts'
import { createDice } from './testing/seeded.ts'
import { slotCases } from './testing/slot-cases.ts'
import type { SlotCase } from './testing/slot-cases.ts'
import { unlock } from './unlock.ts'
import { phraseWay, walletWay } from './way-in.ts'

const dice = createDice(41)
const profileId = profileIdFrom(new Uint8Array(32).fill(1), new Uint8Array(32))
const otherProfile = profileIdFrom(new Uint8Array(32).fill(2), new Uint8Array(32))
const vaultKey = dice.bytes(32)
const MINE = slotCases(1)
const THEIRS = slotCases(2)

test('every kind of way in opens its own slot and no other, in this profile and no other', async () => {
  const slots = await Promise.all(MINE.map(made))
  const encoded = slots.map(encodeSlot)
  for (const [i, { wayIn }] of MINE.entries()) {
    const opened = await unlock(profileId, encoded, wayIn)
    assert.ok(opened.ok)
    assert.deepEqual(opened.value.vaultKey, vaultKey)
    assert.deepEqual(encodeSlot(opened.value.slot), encoded[i])
    assert.deepEqual(await unlock(otherProfile, encoded, wayIn), { ok: false, error: 'wrong-way-in' })
  }
  for (const { wayIn } of THEIRS)
    assert.deepEqual(await unlock(profileId, encoded, wayIn), { ok: false, error: 'wrong-way-in' })
})

test('among several slots of one kind the right one opens, whatever lies beside it', async () => {
  const [mine, theirs] = [await made(first(MINE)), await made(first(THEIRS))].map(encodeSlot)
  assert.ok(mine && theirs)
  const newer = Uint8Array.from(theirs)
  newer[0] = 9
  const opened = await unlock(profileId, [newer, theirs.subarray(0, 50), theirs, mine], first(MINE).wayIn)
  assert.ok(opened.ok)
})

test('what keeps a slot shut is told apart', async () => {
  const slot = encodeSlot(await made(first(MINE)))
  const { wayIn } = first(MINE)
  const refusal = async (slots: readonly Uint8Array[], way = wayIn) => {
    const opened = await unlock(profileId, slots, way)
    return opened.ok ? undefined : opened.error
  }
  assert.equal(await refusal([]), 'no-slot')
  assert.equal(await refusal([slot], MINE[1]?.wayIn), 'no-slot')
  assert.equal(await refusal([slot], first(THEIRS).wayIn), 'wrong-way-in')
  assert.equal(await refusal([flipped(slot, 70, 0)]), 'corrupt-slot')
  assert.equal(await refusal([flipped(slot, 120, 0)]), 'corrupt-slot')
  assert.equal(await refusal([slot.subarray(0, 100)]), 'corrupt-slot')
  const newer = Uint8Array.from(slot)
  newer[0] = 2
  assert.equal(await refusal([newer, encodeSlot(await made(first(THEIRS)))]), 'newer-version')
})

test('a slot with any bit flipped opens nothing', async () => {
  for (const one of MINE) {
    const slot = encodeSlot(await made(one))
    for (let i = 0; i < slot.length; i++) {
      if (one.way.kind === 'passphrase' && i % 24 !== 0) continue // each try costs a passphrase's work
      const opened = await unlock(profileId, [flipped(slot, i, dice.below(8))], one.wayIn)
      assert.ok(!opened.ok, `${one.way.kind} byte ${String(i)}`)
    }
  }
})

test('either half alone opens nothing', async () => {
  const slot = await made(first(MINE))
  const secret = await first(MINE).wayIn.secretFor(slot)
  const withoutPepper = { ...slot, pepper: new Uint8Array(32) }
  const withoutNonce = { ...slot, nonce: new Uint8Array(16) }
  for (const half of [withoutPepper, withoutNonce]) assert.ok(!openSlot(profileId, half, secret.slice()).ok)
  for (const guess of [new Uint8Array(32), slot.pepper, slot.slotPublicKey, dice.bytes(32)])
    assert.ok(!openSlot(profileId, slot, guess.slice()).ok)
  assert.ok(openSlot(profileId, slot, secret).ok)
  assert.deepEqual(secret, new Uint8Array(32))
})

test('a slot put together from two slots of one way in opens nothing', async () => {
  const [one, two] = [await made(first(MINE)), await made(first(MINE))]
  for (const part of ['nonce', 'pepper', 'keyCommitment', 'slotPublicKey', 'sealedVaultKey'] as const) {
    const mixed = encodeSlot({ ...one, [part]: two[part] })
    assert.ok(!(await unlock(profileId, [mixed], first(MINE).wayIn)).ok, part)
  }
})

test('slots say nothing of whose they are and repeat nothing', async () => {
  const [one, two] = [await made(first(MINE)), await made(first(MINE))]
  for (const part of ['nonce', 'pepper', 'keyCommitment', 'slotPublicKey', 'sealedVaultKey'] as const)
    assert.ok(!equalBytes(one[part], two[part]))
})

test('a slot is sealed anew for another vault key without its way in', async () => {
  const newKey = dice.bytes(32)
  const slot = reseal(profileId, await made(first(MINE)), newKey, dice)
  const opened = await unlock(profileId, [encodeSlot(slot)], first(MINE).wayIn)
  assert.deepEqual(opened.ok && opened.value.vaultKey, newKey)
})

test('a wallet that signs differently each time is refused before anything is kept', async () => {
  const wayIn = walletWay('wallet-message', () => Promise.resolve(dice.bytes(64)))
  const slot = await createSlot(profileId, { wayIn, way: { kind: 'wallet-message' }, vaultKey, rng: dice })
  assert.deepEqual(slot, { ok: false, error: 'not-deterministic' })
})

test('a way in that is of another kind than the slot is a bug', async () => {
  const wayIn = phraseWay(dice.bytes(32))
  await assert.rejects(
    createSlot(profileId, { wayIn, way: { kind: 'device-keychain' }, vaultKey, rng: dice }),
    RangeError,
  )
})

async function made({ wayIn, way }: SlotCase): Promise<Slot> {
  const slot = await createSlot(profileId, { wayIn, way, vaultKey, rng: dice })
  assert.ok(slot.ok)
  assert.deepEqual(parseSlot(encodeSlot(slot.value)), slot)
  return slot.value
}

function first(cases: readonly SlotCase[]): SlotCase {
  const [one] = cases
  assert.ok(one)
  return one
}

function flipped(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  return bytes.map((byte, i) => (i === at ? byte ^ (1 << bit) : byte))
}

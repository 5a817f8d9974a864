import assert from 'node:assert/strict'
import { createDice } from '@cloudos/crypto/testing/seeded'
import type { Dice } from '@cloudos/crypto/testing/seeded'
import { createWalletKey } from '@cloudos/crypto/testing/wallet-key'
import { unlock } from '@cloudos/crypto/unlock'
import { passphraseWay, phraseWay, walletWay } from '@cloudos/crypto/way-in'
import type { WayIn } from '@cloudos/crypto/way-in'
import { utf8 } from '@cloudos/protocol/bytes'
import { encodeSlot, parseSlot } from '@cloudos/protocol/slot'
import type { SlotKind } from '@cloudos/protocol/slot'
import { unlockMessage } from '@cloudos/protocol/unlock-message'
import type { RobbedProfile } from './robbed-profile.ts'

/** How often a way in opened a slot of which the thief has everything but what only the medium holds: its nonce and its pepper. */
export async function tryWithoutMedium(robbed: RobbedProfile, kind: SlotKind, tries: number): Promise<number> {
  const dice = createDice(tries)
  const wayIn = robbed.ways.find((way) => way.kind === kind)
  assert.ok(wayIn)
  let opened = 0
  for (let left = tries; left > 0; left--) {
    const guesses = slotsOf(robbed).map((bytes) => withoutSecrets(bytes, dice))
    if ((await unlock(robbed.founded.profileId, guesses, wayIn)).ok) opened++
  }
  return opened
}

/** How often a dump's slots opened for a way in that is not the owner's. */
export async function tryWithoutWayIn(robbed: RobbedProfile, tries: number): Promise<number> {
  const dice = createDice(tries)
  let opened = 0
  for (let left = tries; left > 0; left--) {
    const wayIn = drawWayIn(robbed, dice)
    if ((await unlock(robbed.founded.profileId, slotsOf(robbed), wayIn)).ok) opened++
  }
  return opened
}

function slotsOf({ dumps, parts }: RobbedProfile): readonly Uint8Array[] {
  return parts.headOf(dumps.at(-1) ?? dumps[0]).head.slots
}

function withoutSecrets(bytes: Uint8Array, dice: Dice): Uint8Array {
  const slot = parseSlot(bytes)
  assert.ok(slot.ok)
  return encodeSlot({ ...slot.value, nonce: dice.bytes(16), pepper: dice.bytes(32) })
}

function drawWayIn({ founded }: RobbedProfile, dice: Dice): WayIn {
  const wallet = createWalletKey(dice)
  const ask = (nonce: Uint8Array) => Promise.resolve(wallet.sign(utf8(unlockMessage(founded.profileId, nonce))))
  return dice.pick([
    phraseWay(dice.bytes(32)),
    walletWay('wallet-message', ask),
    passphraseWay(`guess ${String(dice.below(1_000_000))}`),
  ])
}

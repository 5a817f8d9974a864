import assert from 'node:assert/strict'
import { saveSlots } from '@cloudos/crypto/change-slots'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { createSlot } from '@cloudos/crypto/slots'
import type { SlotCase } from '@cloudos/crypto/testing/slot-cases'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { phraseWay } from '@cloudos/crypto/way-in'
import type { Profile } from '@cloudos/mesh/profile'
import { foundWith, keptOf, newDevice, openKept } from '@cloudos/mesh/testing/profiles'
import type { Clock } from '@cloudos/protocol/ports'
import { encodeSlot } from '@cloudos/protocol/slot'
import type { StoredWays } from '@cloudos/protocol/way-commands'

export const NOW_MS = 1_000_000

/** Saves happen when a test asks for them: nothing here waits. */
export const stillClock: Clock = {
  nowMs: () => NOW_MS,
  monotonicMs: () => 0,
  sleep: (_delayMs, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) resolve()
      else
        signal?.addEventListener('abort', () => {
          resolve()
        })
    }),
}

export interface House {
  readonly dice: ReturnType<typeof createDice>
  readonly founded: Awaited<ReturnType<typeof foundWith>>
  readonly ways: StoredWays
  /** What the recovery words spell. */
  readonly phrase: Uint8Array
  readonly profiles: readonly Profile[]
  readonly identities: readonly DeviceIdentity[]
}

/** A protected profile with this many agents that never meet; it opens with its words, and with what else is given. */
export async function house(
  size: number,
  seed: number,
  more: readonly SlotCase[] = [],
  clock: Clock = stillClock,
): Promise<House> {
  const dice = createDice(seed)
  const identities = Array.from({ length: size }, () => newDevice(dice))
  const founded = await foundWith(
    dice,
    identities.map((identity) => [identity, 'agent'] as const),
  )
  const vaultKey = dice.bytes(32)
  const phrase = dice.bytes(32)
  const slots: Uint8Array[] = []
  for (const lock of [{ wayIn: phraseWay(phrase), way: { kind: 'phrase' } } as const, ...more]) {
    const slot = await createSlot(founded.profileId, { ...lock, vaultKey, rng: dice })
    assert.ok(slot.ok)
    slots.push(encodeSlot(slot.value))
  }
  const { rootSeed, keyByEpoch, rootSigner: root, state } = founded
  const vault = { rootSeed, keyByEpoch, secretsKey: dice.bytes(32), media: [], labelBySlot: new Map<string, string>() }
  const ways = await saveSlots({ state, root, rng: dice, nowMs: NOW_MS }, { slots, vault, vaultKey })
  const profiles = await Promise.all(
    identities.map(async (identity) => {
      const profile = await openKept(keptOf(founded, identity, dice), clock)
      await profile.authority.take(ways.entries.map(({ bytes }) => bytes))
      return profile
    }),
  )
  return { dice, founded, ways, phrase, profiles, identities }
}

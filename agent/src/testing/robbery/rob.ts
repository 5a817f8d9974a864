import assert from 'node:assert/strict'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { findAddresses } from './addresses.ts'
import type { Dump, RobbableMedium } from './layout.ts'
import { openDump } from './open-dump.ts'
import type { Opening, OpeningParts, Reader } from './open-dump.ts'
import { robProfile } from './robbed-profile.ts'
import type { RobbedProfile } from './robbed-profile.ts'
import { TAMPERINGS } from './tamper.ts'
import type { Loot } from './tamper.ts'

export interface RobberyReport {
  readonly tamperings: number
  /** Canaries found in any dump, by what they are. */
  readonly leaks: readonly string[]
  /** Whatever looks like an address of a machine or a person. */
  readonly addresses: readonly string[]
  /** What was opened as if it were genuine, and is not. */
  readonly accepted: readonly string[]
  /** How many times each kind was refused, and how many times it changed nothing that anybody reads. */
  readonly refusedByKind: ReadonlyMap<string, number>
  readonly harmless: number
}

/**
 * A thief takes every dump of a medium, and puts it back changed in `rounds` drawn ways; the owner opens each with a drawn way
 * in, on a device that knows the profile and on one that does not.
 */
export async function rob(rounds: number, seed: number, found?: () => Promise<RobbableMedium>): Promise<RobberyReport> {
  const loot: Loot = { robbed: await robProfile(seed, found), own: await robProfile(seed + 1, found) }
  const { robbed } = loot
  const dice = createDice(seed)
  const past = new Set<string>()
  for (const dump of robbed.dumps) past.add(await genuineState(robbed, dump, 'fresh'))
  const present = await genuineState(robbed, robbed.dumps.at(-1) ?? robbed.dumps[0], 'knowing')
  const accepted: string[] = []
  const refusedByKind = new Map<string, number>()
  let harmless = 0
  for (let round = 0; round < rounds; round++) {
    const kind = dice.pick(Object.keys(TAMPERINGS))
    const tampering = TAMPERINGS[kind]
    assert.ok(tampering)
    const dump = await tampering.tamper(loot, dice)
    const open = (reader: Reader): Promise<Opening> => openDump(robbed, dump, drawParts(reader))
    const knowing = await open('knowing')
    const fresh = tampering.toldBy === 'everybody' ? await open('fresh') : knowing
    if (knowing.kind === 'refused') refusedByKind.set(kind, (refusedByKind.get(kind) ?? 0) + 1)
    else if (knowing.state === present) harmless++
    else accepted.push(`${kind}, round ${String(round)}, by a device that knows the profile`)
    if (fresh.kind === 'opened' && fresh !== knowing && !past.has(fresh.state))
      accepted.push(`${kind}, round ${String(round)}, by a new device`)
  }
  const addresses = findAddresses(allOf(robbed))
  return { tamperings: rounds, leaks: findLeaks(robbed), addresses, accepted, refusedByKind, harmless }

  function drawParts(reader: Reader): OpeningParts {
    return { reader, wayIn: dice.pick(robbed.ways), expects: dice.below(2) === 0 }
  }
}

async function genuineState(robbed: RobbedProfile, dump: Dump, reader: Reader): Promise<string> {
  const [phrase] = robbed.ways
  assert.ok(phrase)
  const opening = await openDump(robbed, dump, { reader, wayIn: phrase, expects: true })
  assert.ok(opening.kind === 'opened', JSON.stringify(opening))
  return opening.state
}

/** In names and contents alike. */
export function findLeaks(robbed: RobbedProfile): readonly string[] {
  const everything = allOf(robbed)
  return [...robbed.canaries].flatMap(([what, bytes]) => (everything.includes(Buffer.from(bytes)) ? [what] : []))
}

function allOf({ dumps, witnessed }: RobbedProfile): Buffer {
  const files = dumps.flatMap((dump) => [...dump].flatMap(([path, bytes]) => [Buffer.from(path), bytes]))
  return Buffer.concat([...files, ...witnessed])
}

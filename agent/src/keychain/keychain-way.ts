import { readFileSync } from 'node:fs'
import { keychainWay } from '@cloudos/crypto/way-in'
import type { WayIn } from '@cloudos/crypto/way-in'
import { waysOf } from '@cloudos/mesh/recovery/open-copy'
import { sayOpenRefusal } from '@cloudos/mesh/recovery/refusal-text'
import { base64url } from '@cloudos/protocol/base-text'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { parseSlot } from '@cloudos/protocol/slot'
import { brokenWorld } from '../broken-world.ts'
import { refuseOpenToOthers } from './key-file.ts'
import type { Keychains } from './keychains.ts'
import { findKept } from './kept-note.ts'

/**
 * The key that this machine keeps for one of these ways in. Rejects with `CloudError`: 'no-such-way' (none opens with a keychain),
 * 'keychain-unreachable', 'keychain-gone' (it was here), 'other-keychain' (it never was), 'keychain-damaged', 'key-open-to-others'.
 */
export async function findKeychainWay(slots: readonly Uint8Array[], keychains: Keychains): Promise<WayIn> {
  const names = keychainNames(slots)
  if (names.length === 0) throw sayOpenRefusal({ kind: 'no-slot', way: 'device-keychain', has: waysOf(slots) })
  let unreachable: CloudError | undefined
  for (const name of names) {
    const inFile = await keychains.file.find(name)
    if (inFile !== undefined) return wayFrom(inFile, keychains.file.noun)
    try {
      const inSystem = unreachable === undefined ? await keychains.system?.find(name) : undefined
      if (inSystem !== undefined) return wayFrom(inSystem, 'the keychain of this machine')
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      unreachable = cause
    }
  }
  throw await sayNotHere(names, keychains, unreachable)
}

/** A key file that a person names, as from a home that moved. */
export function keychainWayIn(file: string): WayIn {
  try {
    refuseOpenToOthers(file)
    return wayFrom(readFileSync(file, 'utf8').trim(), file)
  } catch (cause) {
    throw brokenWorld(cause, file)
  }
}

/** The ways in that are a keychain's, by the names of their slots. */
export function keychainNames(slots: readonly Uint8Array[]): readonly string[] {
  return slots.flatMap((bytes) => {
    const slot = parseSlot(bytes)
    return slot.ok && slot.value.kind === 'device-keychain' ? [hexFromBytes(slot.value.slotPublicKey)] : []
  })
}

function wayFrom(text: string, where: string): WayIn {
  const secret = base64url.find(text)
  if (secret?.length === 32) return keychainWay(secret)
  throw new CloudError(
    'keychain-damaged',
    `What lies under the name of this way in is no key of CloudOS any more (in ${where}). Use another way in, then make this one anew: cloudos ways add keychain`,
  )
}

async function sayNotHere(
  names: readonly string[],
  { folder }: Keychains,
  unreachable: CloudError | undefined,
): Promise<CloudError> {
  const kept = (await Promise.all(names.map((name) => findKept(folder, name)))).filter((kind) => kind !== undefined)
  if (unreachable !== undefined && kept.includes('system')) return unreachable
  if (kept.length > 0)
    return new CloudError(
      'keychain-gone',
      'This machine had a key for this copy, and it is gone from where it was kept. Use the recovery words or another way in, then make a new one: cloudos ways add keychain',
    )
  const asked = unreachable === undefined ? '' : ` ${unreachable.message}`
  return new CloudError(
    'other-keychain',
    `The keychain that opens this copy is another machine’s: this one has no key for it. Run this there, or use the recovery words or another way in.${asked}`,
  )
}

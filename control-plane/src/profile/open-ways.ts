import { unlock } from '@cloudos/crypto/unlock'
import type { Unlocked } from '@cloudos/crypto/unlock'
import type { WayIn } from '@cloudos/crypto/way-in'
import type { ProfileId } from '@cloudos/protocol/ids'
import { err } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import { findSlotKind, parseSlot } from '@cloudos/protocol/slot'
import type { SlotKind } from '@cloudos/protocol/slot'
import type { OpenRefusal } from './ways.ts'

/** Tries a way in on each slot of its kind. A wallet or passkey is asked once for each. */
export async function openWays(
  profileId: ProfileId,
  slots: readonly Uint8Array[],
  way: WayIn,
): Promise<Result<Unlocked, OpenRefusal>> {
  if (slots.length === 0) return err({ kind: 'nothing-there' })
  const opened = await unlock(profileId, slots, way)
  if (opened.ok) return opened
  switch (opened.error) {
    case 'wrong-way-in':
      return err({ kind: 'wrong-way-in', way: way.kind })
    case 'no-slot':
      return err({ kind: 'no-slot', way: way.kind, has: kindsAmong(slots) })
    case 'newer-version':
      return err({ kind: 'newer-version' })
    case 'corrupt-slot':
      return err({ kind: 'corrupt-slot', ways: [way.kind] })
  }
}

/**
 * For slots that are not those the log names: which of them are not what they were. A slot that this way in opens is whole; of the
 * others only what cannot be read is known to be damaged.
 */
export async function damageAmong(
  profileId: ProfileId,
  slots: readonly Uint8Array[],
  way: WayIn,
): Promise<Extract<OpenRefusal, { kind: 'corrupt-slot' }>> {
  const broken = slots.flatMap((bytes) => {
    const kind = parseSlot(bytes).ok ? undefined : findSlotKind(bytes)
    return kind === undefined ? [] : [kind]
  })
  const opened = await openWays(profileId, slots, way)
  const tried = opened.ok || opened.error.kind === 'no-slot' || opened.error.kind === 'nothing-there' ? [] : [way.kind]
  return { kind: 'corrupt-slot', ways: [...new Set([...broken, ...tried])] }
}

/** What kinds of ways in there are: what a locked screen may offer. */
export function kindsAmong(slots: readonly Uint8Array[]): readonly SlotKind[] {
  const kinds = slots.flatMap((bytes) => {
    const slot = parseSlot(bytes)
    return slot.ok ? [slot.value.kind] : []
  })
  return [...new Set(kinds)]
}

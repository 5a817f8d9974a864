import type { ProfileId } from '@cloudos/protocol/ids'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import { parseSlot, SLOT_KIND_CODES } from '@cloudos/protocol/slot'
import type { Slot } from '@cloudos/protocol/slot'
import { openSlot } from './slots.ts'
import type { WayIn } from './way-in.ts'

/**
 * `no-slot`: none of this kind. `wrong-way-in`: none of this kind is this one's; ask a wallet once more before saying so to a person.
 * `corrupt-slot`: one is this one's and was changed, or one of this kind cannot be read: try another copy of the medium before anything else.
 * `newer-version`: a slot that this program is too old for may be the one.
 */
export type UnlockRefusal = 'no-slot' | 'wrong-way-in' | 'corrupt-slot' | 'newer-version'

export interface Unlocked {
  readonly vaultKey: Uint8Array
  readonly slot: Slot
}

/** Tries the slots of a head, which carry no hint of whose they are. The head's slots must be the set that the last SlotChange names. */
export async function unlock(
  profileId: ProfileId,
  slots: readonly Uint8Array[],
  wayIn: WayIn,
): Promise<Result<Unlocked, UnlockRefusal>> {
  const faults = new Set<UnlockRefusal>()
  for (const bytes of slots) {
    const parsed = parseSlot(bytes)
    if (!parsed.ok) {
      if (parsed.error === 'newer-version') faults.add('newer-version')
      else if (bytes[1] === SLOT_KIND_CODES[wayIn.kind]) faults.add('corrupt-slot')
    } else if (parsed.value.kind === wayIn.kind) {
      const opened = openSlot(profileId, parsed.value, await wayIn.secretFor(parsed.value))
      if (opened.ok) return ok({ vaultKey: opened.value, slot: parsed.value })
      faults.add(opened.error)
    }
  }
  const worst = (['corrupt-slot', 'newer-version', 'wrong-way-in'] as const).find((fault) => faults.has(fault))
  return err(worst ?? 'no-slot')
}

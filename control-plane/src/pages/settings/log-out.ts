import { copiesOf } from '../../profile/status.ts'
import type { ProfileStatus } from '../../profile/status.ts'
import { isOnlyCopy } from '../home/attention.ts'

/** Why logging out would lose the profile; `undefined` when it lies elsewhere and can be opened there. */
export function logOutProblem(status: Pick<ProfileStatus, 'devices' | 'ways'>): string | undefined {
  if (isOnlyCopy(status)) return 'This profile exists only in this browser. Add a device first.'
  if (status.ways.length === 0)
    return 'The profile has no way in yet, so no other browser could open it again. Add one above, or save the recovery kit.'
  return undefined
}

/** What of it may lie nowhere else, as far as is known now: devices that are not connected have not said. */
export function logOutRisk(status: Pick<ProfileStatus, 'behind'>): string | undefined {
  const isSaved = [...status.behind.keys()].every((docId) => copiesOf(status, docId) > 0)
  if (status.behind.size === 0 || !isSaved)
    return 'Not everything written here is known to be on another device. Connect one, and wait until it is in step, or it may be gone.'
  return undefined
}

import { copiesOf } from '../../profile/status.ts'
import type { ProfileStatus } from '../../profile/status.ts'
import { isOnlyCopy } from '../home/attention.ts'

/** Why logging out would lose something; `undefined` when all of it lies elsewhere and can be opened there. */
export function logOutProblem(status: Pick<ProfileStatus, 'devices' | 'ways' | 'behind'>): string | undefined {
  if (isOnlyCopy(status)) return 'This profile exists only in this browser. Add a device first.'
  if (status.ways.length === 0)
    return 'The profile has no way in yet, so no other browser could open it again. Add one above, or save the recovery kit.'
  const isSaved = [...status.behind.keys()].every((docId) => copiesOf(status, docId) > 0)
  if (status.behind.size === 0 || !isSaved)
    return 'Not everything written here is known to be on another device. Connect one, and wait until it is in step.'
  return undefined
}

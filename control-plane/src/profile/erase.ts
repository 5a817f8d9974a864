import { findId } from '@cloudos/protocol/ids'
import type { ProfileId } from '@cloudos/protocol/ids'

/** How somebody works here: state/workspace.ts. */
export const WORKSPACE = 'cloudos/workspace'
const STORED = 'cloudos.erase'

/** Frames and medium of a profile that this browser has left: they are open until this document goes, so the next one deletes them. */
export function eraseLater(profileId: ProfileId): void {
  localStorage.clear()
  sessionStorage.setItem(STORED, profileId)
}

/** Before anything else opens them; other tabs that still have them open let go within moments. */
export function eraseRest(): void {
  const profileId = findId('ProfileId', sessionStorage.getItem(STORED))
  sessionStorage.removeItem(STORED)
  if (profileId === undefined) return
  for (const name of [`cloudos/1/${profileId}`, `cloudos/1/${profileId}/medium`, WORKSPACE])
    indexedDB.deleteDatabase(name)
}

import { AuthorityLog } from '@cloudos/mesh/authority-log'
import type { SealedCopy } from '@cloudos/mesh/pairing/talk'
import type { SeenCopy } from '../state/profile-elsewhere.svelte.ts'
import { kindsAmong } from './open-ways.ts'

/** What can be told of a copy before it is opened, so that its owner knows it again. Throws `CloudError` 'no-genesis' for no log. */
export async function lookAt(copy: SealedCopy): Promise<SeenCopy> {
  const { entries, profileId, slots } = copy
  const { state } = await AuthorityLog.open(profileId, {
    load: () => Promise.resolve({ entries, keyChanges: [] }),
    append: () => Promise.resolve(),
  })
  const devices = [...state.deviceById.values()].filter(({ revoked }) => revoked === undefined)
  return { copy, kinds: kindsAmong(slots), deviceNames: devices.map(({ certificate }) => certificate.name) }
}

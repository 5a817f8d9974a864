import type { AuthorityState } from '@cloudos/crypto/authority-state'
import { hashId } from '@cloudos/crypto/hash'
import { hashSlotSet } from '@cloudos/crypto/slots'
import type { Profile } from '@cloudos/mesh/profile'
import { parseSignedEntry } from '@cloudos/protocol/authority'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Nothing } from '@cloudos/protocol/command'
import {
  changeWaysCommand,
  getWaysCommand,
  leaveCommand,
  putWaysCommand,
  readWaysCommand,
} from '@cloudos/protocol/way-commands'
import type { Leaving, StoredWays } from '@cloudos/protocol/way-commands'
import type { Ways } from '../journal/ways.ts'
import { logPieces } from '../recovery/shown-copy.ts'
import { register } from './register.ts'
import type { Registered } from './register.ts'

interface HasProfile {
  readonly profile: Profile | undefined
}

/** The ways in, carried from browser to browser. The root has signed which they are: nobody can slip others in. */
export function wayCommands(mesh: HasProfile, ways: Ways, onKept: () => void): readonly Registered[] {
  const stored = (): StoredWays => {
    const found = ways.find()
    if (found !== undefined) return found
    throw new CloudError('no-copy', 'This device keeps no ways in yet. Protect the profile on its page.')
  }
  const take = async ({ entries, slots, sealedVault }: Leaving): Promise<Nothing> => {
    const { authority } = profileOf(mesh)
    await authority.take(entries)
    if (!isNamedBy({ slots, sealedVault }, authority.state)) throw otherWays()
    ways.put({ slots, sealedVault })
    onKept()
    return {}
  }
  return [
    register({
      shape: putWaysCommand,
      run: async (stored, { signal }) => {
        await untilNamed(mesh, stored, signal)
        ways.put(stored)
        onKept()
        return {}
      },
    }),
    register({ shape: getWaysCommand, run: async () => stored() }),
    register({
      shape: readWaysCommand,
      run: async (_, { tell }) => {
        const { authority, membership } = profileOf(mesh)
        const { slots, sealedVault } = stored()
        if (!isNamedBy({ slots, sealedVault }, authority.state)) throw lateWays()
        for (const entries of logPieces([...authority.entries().values()])) tell({ entries })
        return { profileId: membership.profileId, slots, sealedVault }
      },
    }),
    register({ shape: leaveCommand, run: take }),
    register({
      shape: changeWaysCommand,
      run: async (change) => {
        const { state } = profileOf(mesh).authority
        // Asked again, after an answer that was lost.
        if (isNamedBy(change, state)) return {}
        if (!isNext(change.entries, state)) throw changedMeanwhile()
        return take(change)
      },
    }),
  ]
}

/** The entry that names them comes by another channel, and perhaps a moment later. */
async function untilNamed(mesh: HasProfile, stored: StoredWays, signal: AbortSignal): Promise<void> {
  const { authority } = profileOf(mesh)
  if (isNamedBy(stored, authority.state)) return
  const named = Promise.withResolvers<void>()
  const late = (): void => {
    named.reject(otherWays())
  }
  const forget = authority.onChanged((state) => {
    if (isNamedBy(stored, state)) named.resolve()
  })
  signal.addEventListener('abort', late)
  await named.promise.finally(() => {
    forget()
    signal.removeEventListener('abort', late)
  })
}

function isNamedBy({ slots, sealedVault }: StoredWays, { slotSetHash }: AuthorityState): boolean {
  return slotSetHash === hashSlotSet(slots, hashId(sealedVault))
}

function profileOf({ profile }: HasProfile): Profile {
  if (profile === undefined) throw new CloudError('no-profile', 'This device is in no profile yet.')
  return profile
}

function isNext([first]: readonly Uint8Array[], { tip }: AuthorityState): boolean {
  const entry = first && parseSignedEntry(first)
  return entry?.ok === true && entry.value.entry.prev === tip
}

function changedMeanwhile(): CloudError {
  return new CloudError('changed-meanwhile', 'The profile was changed at the same moment. Nothing was changed by this. Try again.') // prettier-ignore
}

function lateWays(): CloudError {
  return new CloudError('ways-on-their-way', 'The ways in were changed in another place, and have not come here yet. Open the page that changed them, or connect that device, then try again.') // prettier-ignore
}

function otherWays(): CloudError {
  return new CloudError('other-ways', 'The profile has other ways in than these. Nothing was kept.')
}

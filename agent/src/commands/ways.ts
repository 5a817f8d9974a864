import type { AuthorityState } from '@cloudos/crypto/authority-state'
import { hashId } from '@cloudos/crypto/hash'
import { hashSlotSet } from '@cloudos/crypto/slots'
import type { Profile } from '@cloudos/mesh/profile'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { getWaysCommand, leaveCommand, putWaysCommand } from '@cloudos/protocol/way-commands'
import type { StoredWays } from '@cloudos/protocol/way-commands'
import type { Ways } from '../journal/ways.ts'
import { register } from './register.ts'
import type { Registered } from './register.ts'

interface HasProfile {
  readonly profile: Profile | undefined
}

/** The ways in, carried from browser to browser. The root has signed which they are: nobody can slip others in. */
export function wayCommands(mesh: HasProfile, ways: Ways, onKept: () => void): readonly Registered[] {
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
    register({
      shape: getWaysCommand,
      run: () => {
        const stored = ways.find()
        if (stored === undefined)
          return Promise.reject(
            new CloudError('no-copy', 'This device keeps no ways in yet. Protect the profile on its page.'),
          )
        return Promise.resolve(stored)
      },
    }),
    register({
      shape: leaveCommand,
      run: async ({ entries, slots, sealedVault }) => {
        const { authority } = profileOf(mesh)
        await authority.take(entries)
        if (!isNamedBy({ slots, sealedVault }, authority.state)) throw otherWays()
        ways.put({ slots, sealedVault })
        onKept()
        return {}
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

function otherWays(): CloudError {
  return new CloudError('other-ways', 'The profile has other ways in than these. Nothing was kept.')
}

import type { AuthorityState } from '@cloudos/crypto/authority-state'
import { hashId } from '@cloudos/crypto/hash'
import { hashSlotSet } from '@cloudos/crypto/slots'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { getWaysCommand, putWaysCommand } from '@cloudos/protocol/way-commands'
import type { StoredWays } from '@cloudos/protocol/way-commands'
import type { Ways } from '../journal/ways.ts'
import type { MeshHost } from '../mesh-host.ts'
import { register } from './register.ts'
import type { Registered } from './register.ts'

/** The ways in, carried from browser to browser. The root has signed which they are: nobody can slip others in. */
export function wayCommands(mesh: MeshHost, ways: Ways, onKept: () => void): readonly Registered[] {
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
  ]
}

/** The entry that names them comes by another channel, and perhaps a moment later. */
async function untilNamed(mesh: MeshHost, stored: StoredWays, signal: AbortSignal): Promise<void> {
  const { profile } = mesh
  if (profile === undefined) throw new CloudError('no-profile', 'This device is in no profile yet.')
  const { authority } = profile
  const hash = hashSlotSet(stored.slots, hashId(stored.sealedVault))
  const isNamed = ({ slotSetHash }: AuthorityState): boolean => slotSetHash === hash
  if (isNamed(authority.state)) return
  const named = Promise.withResolvers<void>()
  const late = (): void => {
    named.reject(new CloudError('other-ways', 'The profile has other ways in than these. Nothing was kept.'))
  }
  const forget = authority.onChanged((state) => {
    if (isNamed(state)) named.resolve()
  })
  signal.addEventListener('abort', late)
  await named.promise.finally(() => {
    forget()
    signal.removeEventListener('abort', late)
  })
}

import { joinCommand } from '@cloudos/protocol/agent-commands'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { admitCommand, inviteCommand, refuseCommand, watchPairingCommand } from '@cloudos/protocol/commands'
import { parseInvitation } from '@cloudos/protocol/invitation'
import type { MeshHost } from '../mesh-host.ts'
import { register } from './register.ts'
import type { Registered } from './register.ts'

/** Letting devices in. The yes itself is the root's signature, which only the page can make: the agent carries it. */
export function pairingCommands(mesh: MeshHost): readonly Registered[] {
  return [
    register({
      shape: inviteCommand,
      run: () => Promise.resolve(mesh.invite()),
    }),
    register({
      shape: joinCommand,
      run: async ({ link }, { tell }) => {
        const invitation = parseInvitation(link)
        if (!invitation.ok) throw new CloudError('bad-link', BAD_LINK)
        await mesh.joinBy(invitation.value, (words) => {
          tell({ words })
        })
        return {}
      },
    }),
    register({
      shape: watchPairingCommand,
      run: async (_input, { tell, signal }) => {
        const stop = mesh.desk.watch(tell)
        await new Promise<void>((resolve) => {
          if (signal.aborted) resolve()
          signal.addEventListener('abort', () => {
            resolve()
          })
        })
        stop()
        return {}
      },
    }),
    register({
      shape: admitCommand,
      run: async ({ requestId, entries }) => {
        await mesh.admit(requestId, entries)
        return {}
      },
    }),
    register({
      shape: refuseCommand,
      run: ({ requestId, reason }) => {
        mesh.desk.refuse(requestId, reason)
        return Promise.resolve({})
      },
    }),
  ]
}

const BAD_LINK = 'That is not a link of CloudOS, or not the whole of it. Copy it again, in quotes. Nothing was changed.'

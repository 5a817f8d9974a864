import { openCommand, statusCommand } from '@cloudos/protocol/commands'
import type { AgentStatus } from '@cloudos/protocol/commands'
import type { MeshHost } from '../mesh-host.ts'
import { register } from './dispatch.ts'
import type { Registered } from './dispatch.ts'

export interface AgentCommandParts {
  readonly mesh: MeshHost
  readonly version: string
  readonly page: string
  readonly uptimeMs: () => number
  /** Writes a fresh one-time link for the page and gives the file's path. */
  readonly writeOpenLink: () => Promise<string>
}

export function agentCommands({
  mesh,
  version,
  page,
  uptimeMs,
  writeOpenLink,
}: AgentCommandParts): readonly Registered[] {
  return [
    register({
      shape: statusCommand,
      run: () => {
        const { profile } = mesh
        const peers = profile?.replica.peers() ?? []
        const status: AgentStatus = {
          version,
          deviceId: mesh.deviceId,
          ...(profile === undefined ? {} : { profileId: profile.membership.profileId }),
          page,
          uptimeMs: Math.round(uptimeMs()),
          peers: (profile?.membership.members() ?? []).filter(({ peerId }) => peers.includes(peerId)),
          documents: profile?.replica.docs().map(({ docId }) => docId) ?? [],
        }
        return Promise.resolve({ ...status, peers: status.peers.map(({ deviceId, name }) => ({ deviceId, name })) })
      },
    }),
    register({
      shape: openCommand,
      run: async () => ({ file: await writeOpenLink() }),
    }),
  ]
}

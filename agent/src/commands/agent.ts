import { shownName } from '@cloudos/mesh/profile-doc/device-names'
import { findProfileDoc } from '@cloudos/mesh/profile-doc/profile-doc'
import { openCommand, statusCommand } from '@cloudos/protocol/commands'
import type { AgentStatus } from '@cloudos/protocol/commands'
import type { MeshHost } from '../mesh-host.ts'
import type { FreshnessDesk } from '../safety/freshness-desk.ts'
import type { SafetyDesk } from '../safety/safety-desk.ts'
import { register } from './register.ts'
import type { Registered } from './register.ts'

export interface AgentCommandParts {
  readonly mesh: MeshHost
  readonly version: string
  readonly page: string
  readonly uptimeMs: () => number
  readonly safety: SafetyDesk
  readonly freshness: Pick<FreshnessDesk, 'isProven'>
  /** Writes a fresh one-time link to a place of the page and gives the file's path. */
  readonly writeOpenLink: (place: string) => Promise<string>
}

export function agentCommands({
  mesh,
  version,
  page,
  uptimeMs,
  safety,
  freshness,
  writeOpenLink,
}: AgentCommandParts): readonly Registered[] {
  return [
    register({
      shape: statusCommand,
      run: async () => {
        const { profile } = mesh
        const peers = profile?.replica.peers() ?? []
        const names = profile && findProfileDoc(profile.replica)?.ydoc
        const status: AgentStatus = {
          version,
          deviceId: mesh.deviceId,
          ...(profile === undefined ? {} : { profileId: profile.membership.profileId }),
          page,
          uptimeMs: Math.round(uptimeMs()),
          peers: (profile?.membership.members() ?? [])
            .filter(({ peerId }) => peers.includes(peerId))
            .map((member) => ({ deviceId: member.deviceId, name: shownName(names, member) })),
          ...(mesh.isRemoved ? { removed: true } : {}),
          ...(profile === undefined ? {} : { safeIn: (await safety.now()).domains.length }),
          ...((await freshness.isProven()) ? {} : { unproven: true }),
          documents: profile?.replica.docs().map(({ docId }) => docId) ?? [],
        }
        return status
      },
    }),
    register({
      shape: openCommand,
      run: async ({ place }) => ({ file: await writeOpenLink(place ?? '/') }),
    }),
  ]
}

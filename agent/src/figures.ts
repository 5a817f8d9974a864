import type { MeshHost } from './mesh-host.ts'
import type { Figure } from './metrics-text.ts'

export interface FigureParts {
  readonly mesh: MeshHost
  readonly version: string
  readonly uptimeMs: () => number
}

/** How this agent is now. */
export function agentFigures({ mesh, version, uptimeMs }: FigureParts): readonly Figure[] {
  const { profile } = mesh
  const gauge = (name: string, says: string, value: number): Figure => ({ name, kind: 'gauge', says, value })
  return [
    { ...gauge('cloudos_version', 'The version that runs.', 1), labels: { version } },
    gauge('cloudos_uptime_seconds', 'How long the agent has been running.', uptimeMs() / 1000),
    gauge('cloudos_memory_bytes', 'The memory it holds.', process.memoryUsage.rss()),
    gauge('cloudos_peers', 'Devices in step with this one.', profile?.replica.peers().length ?? 0),
    gauge('cloudos_documents', 'Documents of the profile that are here.', profile?.replica.docs().length ?? 0),
  ]
}

import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import { createDisk } from '../disk.ts'
import type { Home } from '../home.ts'
import type { Journal } from '../journal/journal.ts'
import type { MeshHost } from '../mesh-host.ts'
import { makeFolder } from '../private-folder.ts'
import { planHost } from './host-plan.ts'
import { Jobs } from './jobs.ts'
import { WasmExecutor } from './wasm-executor.ts'

export interface OpenJobsParts {
  readonly mesh: MeshHost
  readonly identity: DeviceIdentity
  readonly home: Home
  readonly journal: Journal
  readonly clock: Clock
  readonly rng: Rng
  readonly version: string
  readonly jobHost: { readonly node: string; readonly file: string }
}

/** The jobs of this agent, in its home, with the executors it has. */
export function openJobs({ mesh, identity, home, journal, clock, rng, version, jobHost }: OpenJobsParts): Jobs {
  const folder = home.path('jobs/empty')
  makeFolder(folder)
  const plan = planHost({ node: jobHost.node, hostFile: jobHost.file, folder, userId: process.getuid?.() })
  return new Jobs({
    ...{ identity, clock, rng, version },
    book: journal.jobs,
    logs: createDisk(home.path('jobs/logs')),
    content: createDisk(home.path('jobs/content')),
    executor: new WasmExecutor(() => Promise.resolve(plan), clock),
    peers: mesh.peerCommands(),
    keyOf: (deviceId) => {
      if (deviceId === identity.deviceId) return identity.signer.publicKey
      const member = mesh.profile?.membership.member(deviceId)
      return member?.revoked === false ? member.signPublicKey : undefined
    },
    choose: () => Promise.resolve({ deviceId: identity.deviceId }),
  })
}

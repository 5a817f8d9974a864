import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { shownName } from '@cloudos/mesh/profile-doc/device-names'
import { findProfileDoc } from '@cloudos/mesh/profile-doc/profile-doc'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import { createDisk } from '../disk.ts'
import type { Home } from '../home.ts'
import type { Journal } from '../journal/journal.ts'
import type { MeshHost } from '../mesh-host.ts'
import { makeFolder } from '../private-folder.ts'
import { createChoosing } from './choose-device.ts'
import { planProven } from './jail.ts'
import { Jobs } from './jobs.ts'
import { offerAlone } from './offer-alone.ts'

import { WasmExecutor } from './wasm-executor.ts'
import type { HostPlan } from './wasm-executor.ts'

export interface OpenJobsParts {
  readonly mesh: MeshHost
  readonly identity: DeviceIdentity
  readonly home: Home
  readonly journal: Journal
  readonly clock: Clock
  readonly rng: Rng
  readonly version: string
  /** This device's own signed capability record. */
  readonly ownRecord: () => Promise<Uint8Array>
  /** Where bubblewrap is. */
  readonly bubblewrap: () => Promise<string | undefined>
  readonly jobHost: { readonly node: string; readonly file: string }
}

/** The jobs of this agent, in its home, with the executors it has. */
export function openJobs(parts: OpenJobsParts): Jobs {
  const { mesh, identity, home, journal, clock, rng, version, jobHost, ownRecord, bubblewrap } = parts
  const folder = home.path('jobs/empty')
  makeFolder(folder)
  const peers = mesh.peerCommands()
  const host = { node: jobHost.node, hostFile: jobHost.file, folder, userId: process.getuid?.() }
  let planning: Promise<HostPlan> | undefined
  // Not before somebody asks: starting an agent does not wait for it.
  const plan = (): Promise<HostPlan> =>
    (planning ??= bubblewrap().then((program) =>
      planProven({
        ...{ ...host, bubblewrap: program, version, proofs: journal.settings },
        ownFiles: [home.path('journal.db'), home.path('keys')],
      }),
    ))
  return new Jobs({
    ...{ identity, clock, rng, version },
    book: journal.jobs,
    logs: createDisk(home.path('jobs/logs')),
    content: createDisk(home.path('jobs/content')),
    executor: new WasmExecutor(plan, clock),
    peers,
    keyOf: (deviceId) => {
      if (deviceId === identity.deviceId) return identity.signer.publicKey
      const member = mesh.profile?.membership.member(deviceId)
      return member?.revoked === false ? member.signPublicKey : undefined
    },
    choose: createChoosing({
      ...{ deviceId: identity.deviceId, peers, book: journal.jobs, ownRecord, clock, rng },
      members: () => mesh.profile?.membership.members() ?? [],
      isConnected: (peerId) => mesh.profile?.replica.peers().includes(peerId) === true,
      nameOf: (member) => shownName(mesh.profile && findProfileDoc(mesh.profile.replica)?.ydoc, member),
      offerAlone: () => offerAlone(home.folder, clock),
    }),
  })
}

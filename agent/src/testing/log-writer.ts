import { randomBytes } from 'node:crypto'
import { createDiskStore } from '@cloudos/mesh/disk-log'
import type { Incident } from '@cloudos/mesh/incident'
import { startReplica } from '@cloudos/mesh/replica'
import type { Replica } from '@cloudos/mesh/replica'
import { instantClock } from '@cloudos/mesh/testing/family'
import type { Family } from '@cloudos/mesh/testing/family'
import type { Disk } from '@cloudos/protocol/ports'

/** The family's first device on this disk; each of its processes draws other chains. */
export function openWriter(family: Family, disk: Disk, onIncident: (incident: Incident) => void = fail): Replica {
  const [identity] = family.identities
  if (identity === undefined) throw new RangeError('a family of nobody')
  return startReplica({
    identity,
    membership: family.membership,
    store: createDiskStore(disk),
    clock: instantClock,
    rng: { bytes: (length) => new Uint8Array(randomBytes(length)) },
    onIncident,
  })
}

function fail(incident: Incident): void {
  throw new Error(incident.kind)
}

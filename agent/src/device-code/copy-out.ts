import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { SnapshotMemory } from '@cloudos/mesh/copy/kept-snapshots'
import { SaidHeads } from '@cloudos/mesh/copy/said-heads'
import { knownAlone } from '@cloudos/mesh/copy/lie'
import { writeCopy } from '@cloudos/mesh/copy/write-copy'
import type { OpenCopy } from '@cloudos/mesh/device-copy/serve-copy'
import type { Profile } from '@cloudos/mesh/profile'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Clock } from '@cloudos/protocol/ports'
import { brokenWorld } from '../broken-world.ts'
import type { Ways } from '../journal/ways.ts'
import { kindOf } from '../media/kinds.ts'
import type { MediumKinds } from '../media/kinds.ts'

export interface CopyOutParts {
  readonly kinds: MediumKinds
  /** A place in this device's home that holds nothing else. */
  readonly folder: string
  readonly profile: () => Profile | undefined
  readonly identity: DeviceIdentity
  readonly ways: Ways
  readonly clock: Clock
}

/** What an agent that was killed has left. */
export function clearCopyOut(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true })
}

/**
 * Writes what this device keeps as on any medium, for one newcomer: all of it sealed, and gone when it is disposed. Throws `CloudError`
 * 'no-profile', 'no-ways', 'ways-behind', or what is wrong with the disk.
 */
export async function openCopyOut(parts: CopyOutParts): Promise<OpenCopy> {
  const { kinds, identity, ways, clock } = parts
  const profile = parts.profile()
  if (profile === undefined) throw new CloudError('no-profile', 'This device is in no profile.')
  const port = kindOf(kinds, 'folder')
  const folder = await makeFolder(parts.folder)
  await port.found(folder, undefined)
  const store = await port.connect(folder, undefined, folder)
  const close = async (): Promise<void> => {
    await store[Symbol.asyncDispose]()
    await clearCopyOut(folder)
  }
  try {
    const nothingSeen = {
      ...{ known: knownAlone(undefined), heldHead: undefined, isTrusted: false },
      ...{
        lost: new Set<never>(),
        garbage: [],
        snapshots: new SnapshotMemory(),
        saidHeads: new SaidHeads(),
        onIncident: () => undefined,
      },
    }
    const wanted = { store, profile, identity, ways: () => ways.find(), medium: folder, nowMs: clock.nowMs() }
    await writeCopy({ ...wanted, ...nothingSeen })
    return { store, [Symbol.asyncDispose]: close }
  } catch (cause) {
    await close()
    throw cause
  }
}

async function makeFolder(above: string): Promise<string> {
  try {
    await mkdir(above, { mode: 0o700, recursive: true })
    return await mkdtemp(join(above, 'visit-'))
  } catch (cause) {
    throw brokenWorld(cause, above)
  }
}

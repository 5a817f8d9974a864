import { LIMITS } from '@cloudos/protocol/limits'
import type { Hash } from '@cloudos/protocol/ids'
import type { BlobStore } from '@cloudos/protocol/ports'
import { createBlobStore } from '../../blob-store.ts'
import type { FolderFiles } from '../../folder-files.ts'
import { createFolderMedium } from '../../folder-medium.ts'
import { createSeededRng } from '../../seeded-rng.ts'
import { openWholeJournal, saveToJournal } from '../../suite/journal.ts'
import { createPowerCutDisk } from '../power-cut-disk.ts'
import type { PowerCutDisk } from '../power-cut-disk.ts'
import { faultsOf } from './cut-rounds.ts'
import type { BrokenRounds } from './report.ts'

/** Disks as a power cut between any two effects of a folder's saves could leave them; each is opened by another one. */
export async function runPowerCutRounds(rounds: number, seed: number): Promise<BrokenRounds> {
  const rng = createSeededRng(seed)
  const images: { readonly disk: PowerCutDisk; readonly acknowledged: ReadonlySet<Hash> }[] = []
  const everAcknowledged = new Set<Hash>()
  while (images.length < rounds) {
    const acknowledged = new Set<Hash>()
    const disk: PowerCutDisk = createPowerCutDisk(() => {
      images.push({ disk: disk.cut(rng), acknowledged: new Set(acknowledged) })
    })
    const store = storeOn(disk.files)
    for (let index = 0; index < 10 && images.length < rounds; index++) {
      const name = await saveToJournal(store, `entry ${String(index)} after ${String(images.length)} cuts`)
      if (name !== undefined) acknowledged.add(name)
    }
    for (const name of acknowledged) everAcknowledged.add(name)
  }
  const faults: string[] = []
  for (const { disk, acknowledged } of images.slice(0, rounds))
    faults.push(...(await faultsOf(openWholeJournal(storeOn(disk.files)), acknowledged)))
  return { rounds, acknowledged: everAcknowledged.size, faults }
}

function storeOn(files: FolderFiles): BlobStore {
  const { blobMaxBytes: maxBlobBytes } = LIMITS
  return createBlobStore(
    createFolderMedium(files, { cas: true, maxBlobBytes, evictable: false, failureDomain: 'disk' }),
  )
}

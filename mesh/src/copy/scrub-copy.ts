import type { Hash } from '@cloudos/protocol/ids'
import type { BlobStore } from '@cloudos/protocol/ports'
import { blobsOf } from '@cloudos/protocol/snapshot-list'
import { holdsAll, parsePack } from './packs.ts'
import type { StoredCopy } from './read-copy.ts'
import { findBlob } from './store-blob.ts'

export interface Scrubbed {
  /** Objects that were read back. */
  readonly checked: number
  readonly frames: number
  readonly damaged: readonly Hash[]
}

/**
 * Reads back what a copy leads to, as far as it `isDue`, and opens none of it. What `readCopy` reads each time (index, list of snapshots,
 * log, vault) is not read again.
 */
export async function scrubCopy(store: BlobStore, copy: StoredCopy, isDue: (blob: Hash) => boolean): Promise<Scrubbed> {
  const damaged: Hash[] = []
  let checked = 0
  let frames = 0
  for (const listed of copy.packs) {
    if (!isDue(listed.blob)) continue
    checked++
    const bytes = await findBlob(store, listed.blob)
    const pack = bytes && parsePack(bytes)
    frames += pack?.length ?? 0
    if (pack === undefined || !holdsAll(listed, pack)) damaged.push(listed.blob)
  }
  const snapshots = copy.snapshots.filter((listed) => blobsOf(listed).some(isDue))
  for (const blob of [...snapshots.flatMap(blobsOf), ...(isDue(copy.head.headsBlob) ? [copy.head.headsBlob] : [])]) {
    checked++
    if ((await findBlob(store, blob)) === undefined) damaged.push(blob)
  }
  return { checked, frames, damaged }
}

import type { DocId, Hash } from '@cloudos/protocol/ids'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { BlobStore } from '@cloudos/protocol/ports'
import type { OnIncident } from '../incident.ts'
import type { Profile } from '../profile.ts'
import type { KeptSnapshot } from './kept-snapshots.ts'
import { findSnapshot } from './store-blob.ts'

export interface GiveUpWork {
  readonly store: BlobStore
  readonly profile: Profile
  /** The failure domain of this device's own disk. */
  readonly ownDomain: () => Promise<string>
  /** The snapshots that have been looked at already, by document: each is once. */
  readonly tried: Map<DocId, Hash>
  readonly onIncident: OnIncident
}

/**
 * This device's own logs give up what a medium's answered-for snapshots stand for. They stay with all their frames where the snapshot
 * would be lost together with them: on a medium that may drop it, or on this very disk while no other device has answered for it.
 */
export async function giveUpOwnFrames(work: GiveUpWork, answered: readonly KeptSnapshot[]): Promise<void> {
  const { store, profile, ownDomain, tried, onIncident } = work
  const { evictable, failureDomain } = store.capabilities
  for (const one of answered) {
    if (evictable || tried.get(one.docId) === one.snapshotId) continue
    if (one.acknowledgedBy.size < 2 && (await ownDomain()) === failureDomain) continue
    const parts = await findReadable(store, one)
    // A medium that has just gone is asked again at the next save.
    if (parts === undefined) continue
    tried.set(one.docId, one.snapshotId)
    try {
      const doc = await profile.replica.open(one.docId)
      await doc.giveUp(parts)
    } catch (cause) {
      if (!(cause instanceof CloudError)) throw cause
      onIncident({ kind: 'not-saved', docId: one.docId, code: cause.code, message: cause.message })
    }
  }
}

async function findReadable(store: BlobStore, one: KeptSnapshot): Promise<readonly Uint8Array[] | undefined> {
  try {
    return await findSnapshot(store, one)
  } catch (cause) {
    if (!(cause instanceof CloudError)) throw cause
    return undefined
  }
}

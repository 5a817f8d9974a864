import type { Hash } from '@cloudos/protocol/ids'
import type { Replica } from '../replica.ts'
import type { StoredCopy } from './read-copy.ts'

export interface TakenCopy {
  /** Packs whose frames could not be had. */
  readonly damaged: readonly Hash[]
}

/** What waits for a frame of another chain may have been dropped meanwhile; each round admits what the one before made possible. */
const ROUNDS = 4

/** Everything of the copy that this device lacks, each frame verified as if a peer had sent it. `from` names the medium. */
export async function takeCopy(copy: Pick<StoredCopy, 'frames'>, replica: Replica, from: string): Promise<TakenCopy> {
  const damaged = new Set<Hash>()
  for (let round = 0; round < ROUNDS; round++) {
    for await (const { docId, chain, seq, bytes } of copy.frames((blob) => damaged.add(blob))) {
      const doc = await replica.open(docId)
      if ((doc.heads().get(chain)?.seq ?? 0) < seq) await doc.admit(bytes.slice(), from)
    }
    if (replica.docs().every((doc) => doc.gaps().length === 0)) break
  }
  for (const doc of replica.docs()) await doc.durable()
  return { damaged: [...damaged] }
}

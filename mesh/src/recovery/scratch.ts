import { createDeviceSeeds, deviceIdentityFrom } from '@cloudos/crypto/device-identity'
import type { Membership } from '@cloudos/crypto/membership'
import { parseFrame } from '@cloudos/protocol/frame'
import type { ChainKey, DocId, Hash } from '@cloudos/protocol/ids'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import type { FrameStore } from '../frame-log.ts'
import type { OnIncident } from '../incident.ts'
import { startReplica } from '../replica.ts'
import type { Replica } from '../replica.ts'
import type { SealedDoc } from '../sealed-doc.ts'
import { stateHash } from '../state-hash.ts'
import { createMemoryFrames } from './memory-frames.ts'

export interface ScratchParts {
  readonly membership: Membership
  readonly clock: Clock
  readonly rng: Rng
  readonly onIncident: OnIncident
}

/** A replica in memory, under a device that exists nowhere else: what it reads it forgets, and it writes nothing. */
export function startScratch(parts: ScratchParts, store: FrameStore = createMemoryFrames()): Replica {
  return startReplica({ ...parts, identity: deviceIdentityFrom(createDeviceSeeds(parts.rng)), store })
}

/** How far each chain of each document goes. */
export type Reach = ReadonlyMap<DocId, ReadonlyMap<ChainKey, number>>

export function reachOf(replica: Replica): Reach {
  return new Map(replica.docs().map((doc) => [doc.docId, seqsOf(doc)]))
}

export function seqsOf(doc: SealedDoc): ReadonlyMap<ChainKey, number> {
  return new Map([...doc.heads()].map(([chain, { seq }]) => [chain, seq]))
}

/**
 * What the document said when its chains ended there, by reading it once more up to there where it has gone on since. `undefined` where
 * the frames up to there are gone: the document stands on a snapshot that was made later.
 */
export async function hashAt(
  doc: SealedDoc,
  seqs: ReadonlyMap<ChainKey, number>,
  parts: ScratchParts,
): Promise<Hash | undefined> {
  if (isWithin(doc.heads(), seqs)) return stateHash(doc.ydoc)
  const store = createMemoryFrames()
  const log = await store.openLog(doc.docId)
  for await (const { frame, index } of doc.scan(0)) {
    const covers = doc.baseAt(index)?.covers
    const parsed = parseFrame(frame)
    if (
      covers !== undefined
        ? isWithin(covers, seqs)
        : parsed.ok && isWithin([[parsed.value.chain, parsed.value.header]], seqs)
    )
      log.append(frame)
  }
  const scratch = startScratch(parts, store)
  try {
    const read = await scratch.open(doc.docId)
    const isThere = [...seqs].every(([chain, seq]) => (read.heads().get(chain)?.seq ?? 0) === seq)
    return isThere ? stateHash(read.ydoc) : undefined
  } finally {
    await scratch.close()
  }
}

function isWithin(
  heads: Iterable<readonly [ChainKey, { readonly seq: number }]>,
  seqs: ReadonlyMap<ChainKey, number>,
): boolean {
  return [...heads].every(([chain, { seq }]) => seq <= (seqs.get(chain) ?? 0))
}

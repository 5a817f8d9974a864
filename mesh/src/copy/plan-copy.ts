import type { Pack } from '@cloudos/protocol/pack-index'
import type { BlobStore } from '@cloudos/protocol/ports'
import type { Replica } from '../replica.ts'
import { coveredBy, findPacked, packFrames, PACK_FULL_BYTES, parsePack } from './packs.ts'
import type { Coverage, Covered, PackedFrame } from './packs.ts'
import { findBlob } from './store-blob.ts'
import type { Save } from './store-blob.ts'

/** The frames of this device that packs do not hold yet, in the order of its logs. */
async function missingFrames(replica: Replica, covered: Covered): Promise<PackedFrame[]> {
  const missing: PackedFrame[] = []
  for (const doc of replica.docs()) {
    await doc.durable()
    const known = new Map([...doc.heads().keys()].map((chain) => [chain, covered(doc.docId, chain)]))
    for await (const { frame } of doc.scan(doc.firstMissing(known))) {
      const packed = findPacked(frame.slice())
      const next = packed && (known.get(packed.chain) ?? 0) + 1
      // The losing frame of a chain that told two stories has a place that is taken: it is a proof, not state.
      if (packed === undefined || packed.seq !== next) continue
      known.set(packed.chain, packed.seq)
      missing.push(packed)
    }
  }
  return missing
}

/**
 * Puts what is not on the medium of this device's frames into blobs and tells the packs there are then. When three of about one size lie
 * at the end they are written anew as one, with what is new: most saves write nothing twice, each frame is written a few times at most, packs stay few, and
 * the order in which frames can be taken stays. `snapshots` count for the frames they cover.
 */
export async function extendPacks(
  store: BlobStore,
  save: Save,
  replica: Replica,
  { packs, snapshots }: Coverage,
  newestHour: number,
): Promise<{ readonly packs: readonly Pack[]; readonly added: number }> {
  const missing = await missingFrames(replica, coveredBy({ packs, snapshots }))
  if (missing.length === 0) return { packs, added: 0 }
  const kept = packs.map((pack) => ({ newestHour, ...pack }))
  const frames: PackedFrame[] = missing
  let sizeBytes = packFrames(missing).reduce((sum, { bytes }) => sum + bytes.length, 0)
  for (let tail = tailOf(kept, sizeBytes); tail.length > 0; tail = tailOf(kept, sizeBytes))
    for (const pack of tail) {
      const bytes = await findBlob(store, pack.blob)
      const small = bytes && parsePack(bytes)
      if (small === undefined) return { packs: await added(), added: missing.length }
      frames.unshift(...small)
      sizeBytes += pack.sizeBytes
      kept.pop()
    }
  return { packs: await added(), added: missing.length }

  async function added(): Promise<readonly Pack[]> {
    for (const { bytes, spans } of packFrames(frames))
      kept.push({ blob: await save.put(bytes), sizeBytes: bytes.length, spans, newestHour })
    return kept
  }
}

/** So many packs of about one size lie at the end at most; then they are one. */
const ALIKE_MAX = 2

/** The packs at the end to be joined with `sizeBytes` more, the last one first; none while they are few. */
function tailOf(packs: readonly Pack[], sizeBytes: number): readonly Pack[] {
  const tail: Pack[] = []
  for (const pack of packs.toReversed()) {
    if (pack.sizeBytes > Math.min(2 * sizeBytes, PACK_FULL_BYTES)) break
    tail.push(pack)
  }
  return tail.length > ALIKE_MAX ? tail : []
}

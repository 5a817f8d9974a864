import * as Y from 'yjs'
import type { AeadKey } from '@cloudos/crypto/aead'
import { frameIdOf, unsealFrame } from '@cloudos/crypto/sealed-frame'
import type { ChainHead } from '@cloudos/protocol/chain-heads'
import { parseFrame } from '@cloudos/protocol/frame'
import type { ChainKey, EpochId } from '@cloudos/protocol/ids'
import type { LogRecord } from '../frame-log.ts'
import { entriesOf } from './gather-parts.ts'
import { openSnapshot } from './open-snapshot.ts'
import type { Covers, SnapshotFrames } from './open-snapshot.ts'
import { createScratchDoc } from './scratch-doc.ts'

export interface ReplayParts {
  readonly scan: () => AsyncIterable<LogRecord>
  readonly keyOf: (epochId: EpochId) => AeadKey | undefined
}

/** As many as are applied in one go: each go ends with Yjs tidying up. */
const BATCH = 512

/**
 * The state that exactly these frames make, built anew from what the log holds. `unknown`: the log does not hold all of them, nor a
 * snapshot in their place. `other-frames`: where `covers` names a frame the chain has another.
 */
export async function replay(parts: ReplayParts, covers: Covers): Promise<Y.Doc | 'unknown' | 'other-frames'> {
  const ydoc = createScratchDoc()
  const tips = new Map<ChainKey, ChainHead>()
  let batch: Uint8Array[] = []
  const applyBatch = (): void => {
    const updates = batch
    batch = []
    ydoc.transact(() => {
      for (const update of updates) Y.applyUpdate(ydoc, update)
    })
  }
  for await (const { frame, base } of entriesOf(parts.scan(), parts.keyOf)) {
    const update = base ? stateIn(parts, base.frames, covers, tips) : updateIn(parts, frame, covers, tips)
    if (update === 'unknown') return 'unknown'
    if (update !== undefined) batch.push(update)
    if (batch.length === BATCH) applyBatch()
  }
  applyBatch()
  for (const [chain, head] of covers) {
    const tip = tips.get(chain)
    if (tip === undefined || tip.seq < head.seq) return 'unknown'
    if (tip.seq > head.seq || tip.frameId !== head.frameId) return 'other-frames'
  }
  return ydoc
}

/** `undefined` when the frame is not one of those that are covered. */
function updateIn(
  { keyOf }: ReplayParts,
  record: Uint8Array,
  covers: Covers,
  tips: Map<ChainKey, ChainHead>,
): Uint8Array | undefined {
  const parsed = parseFrame(record)
  if (!parsed.ok) return undefined
  const { header, chain } = parsed.value
  const key = keyOf(header.epochId)
  const isNext = header.seq === (tips.get(chain)?.seq ?? 0) + 1 && header.seq <= (covers.get(chain)?.seq ?? 0)
  const unsealed = isNext && key !== undefined ? unsealFrame(parsed.value, key) : undefined
  if (!unsealed?.ok) return undefined
  tips.set(chain, { seq: header.seq, frameId: frameIdOf(parsed.value) })
  return unsealed.value.slice()
}

/** A snapshot that this log stands on. It holds more than is asked for where it covers more. */
function stateIn(
  { keyOf }: ReplayParts,
  base: SnapshotFrames,
  covers: Covers,
  tips: Map<ChainKey, ChainHead>,
): Uint8Array | undefined | 'unknown' {
  const key = keyOf(base[0].header.epochId)
  const open = key && openSnapshot(base, key)
  if (!open?.ok) return undefined
  const adds = [...open.value.covers].filter(([chain, { seq }]) => seq > (tips.get(chain)?.seq ?? 0))
  if (adds.some(([chain, { seq }]) => seq > (covers.get(chain)?.seq ?? 0))) return 'unknown'
  for (const [chain, head] of adds) tips.set(chain, head)
  return adds.length === 0 ? undefined : open.value.state.slice()
}

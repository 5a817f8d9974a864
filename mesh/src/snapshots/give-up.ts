import { frameIdOf } from '@cloudos/crypto/sealed-frame'
import type { ChainHead } from '@cloudos/protocol/chain-heads'
import { parseFrame } from '@cloudos/protocol/frame'
import type { ChainKey } from '@cloudos/protocol/ids'
import type { Base } from '../admission.ts'
import type { ChainBook } from '../chain-book.ts'
import type { FrameLog, LogRecord } from '../frame-log.ts'
import type { Turns } from '../turns.ts'
import { encodeBaseRecord, findBase } from './base-record.ts'
import { hashState, isSameState } from './canonical-state.ts'
import type { StateHashes } from './canonical-state.ts'
import type { Covers, SnapshotFrames } from './open-snapshot.ts'
import { replay } from './replay.ts'
import type { ReplayParts } from './replay.ts'

export interface GiveUpParts extends Omit<ReplayParts, 'scan'> {
  readonly book: ChainBook
  readonly log: FrameLog
  readonly baseByPlace: Map<number, Base>
  /** In which nothing is admitted. */
  readonly turns: Turns
}

/** Less than this, or than a quarter of the snapshot, is not worth a log written anew. */
const WORTH_BYTES = 64 * 1024

/**
 * Lets the log stand on a snapshot of which every frame is in it: they go, in one step, and what came after them stays. Resolves with how
 * many bytes went; with 0 where that would not be worth it, where the log stands on more already, where a chain was frozen (its proof
 * is in the log), and where the state read from the new log would not be that read from the old. Rejects (`CloudError`) as the log does.
 */
export async function giveUpFrames(parts: GiveUpParts, frames: SnapshotFrames, covers: Covers): Promise<number> {
  if (!mayStandOn(parts, covers)) return 0
  const plan = await planOf(parts, frames, covers)
  if (plan === undefined || !(await readsTheSame(parts, plan))) return 0
  let freedBytes = 0
  await parts.turns.run(async () => {
    // Meanwhile another snapshot may have come, or another story of a chain.
    if (!mayStandOn(parts, covers)) return
    await parts.log.replace(plan.dropped, plan.records)
    enter(parts, plan, covers)
    freedBytes = plan.freedBytes
  })
  return freedBytes
}

function mayStandOn({ book }: GiveUpParts, covers: Covers): boolean {
  const chains = [...book.chains()]
  const isMore = chains.some(({ key, floorSeq }) => floorSeq < (covers.get(key)?.seq ?? 0))
  return isMore && chains.every(({ key, floorSeq, frozen }) => !frozen && floorSeq <= (covers.get(key)?.seq ?? 0))
}

interface Plan {
  readonly dropped: ReadonlySet<number>
  readonly records: ReadonlyMap<number, Uint8Array>
  readonly freedBytes: number
  /** How far the log went when it was read. */
  readonly heads: Covers
}

async function planOf(
  { book, log, baseByPlace }: GiveUpParts,
  frames: SnapshotFrames,
  covers: Covers,
): Promise<Plan | undefined> {
  const heads = new Map(Array.from(book.heads(), ([chain, { seq, id }]) => [chain, { seq, frameId: id }]))
  const end = log.frameCount
  const dropped = new Set<number>()
  const met = new Set<ChainKey>()
  let [droppedBytes, firstKept] = [0, end]
  const meet = (chain: ChainKey, head: ChainHead | undefined): void => {
    const wanted = covers.get(chain)
    if (head?.seq === wanted?.seq && head?.frameId === wanted?.frameId) met.add(chain)
  }
  for await (const { frame: record, index } of log.scan(0)) {
    if (index >= end) break
    const parsed = parseFrame(record)
    const { header, chain } = parsed.ok ? parsed.value : {}
    const isCovered = header && chain && header.seq <= (covers.get(chain)?.seq ?? 0)
    if (parsed.ok && isCovered) meet(parsed.value.chain, { seq: header.seq, frameId: frameIdOf(parsed.value) })
    for (const [chain, head] of baseByPlace.get(index)?.covers ?? []) meet(chain, head)
    if (isCovered || findBase(record) !== undefined) {
      dropped.add(index)
      droppedBytes += record.length
    } else firstKept = Math.min(firstKept, index)
  }
  const first = firstKept - frames.length
  const freedBytes = droppedBytes - frames.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const isWorth = freedBytes >= Math.max(WORTH_BYTES, (droppedBytes - freedBytes) / 4)
  // Every chain has to end, in the log, with the very frame that is covered last of it.
  if (first < 0 || !isWorth || met.size !== covers.size) return undefined
  const records = new Map(frames.map(({ bytes }, nth) => [first + nth, encodeBaseRecord(bytes)]))
  return { dropped, records, freedBytes, heads }
}

async function readsTheSame({ keyOf, log }: GiveUpParts, plan: Plan): Promise<boolean> {
  const before = await hashOf({ keyOf, scan: () => log.scan(0) }, plan.heads)
  const after = await hashOf({ keyOf, scan: () => planned(log, plan) }, plan.heads)
  return isSameState(before, after)
}

async function hashOf(parts: ReplayParts, heads: Covers): Promise<StateHashes | undefined> {
  const ydoc = await replay(parts, heads)
  if (ydoc === 'unknown' || ydoc === 'other-frames') return undefined
  const hashes = hashState(ydoc)
  ydoc.destroy()
  return hashes
}

/** The log as it is going to be. */
async function* planned(log: FrameLog, { dropped, records }: Plan): AsyncIterable<LogRecord> {
  for (const [index, frame] of records) yield { index, frame }
  for await (const record of log.scan(0)) if (!dropped.has(record.index)) yield record
}

function enter({ book, baseByPlace }: GiveUpParts, { dropped, records }: Plan, covers: Covers): void {
  const places = [...records.keys()]
  const [first = 0] = places
  for (const [key, { seq }] of covers) {
    const chain = book.find(key)
    if (chain === undefined) continue
    chain.places.splice(0, seq - chain.floorSeq)
    chain.floorSeq = seq
    chain.floorPlace = first
  }
  for (const place of dropped) baseByPlace.delete(place)
  const base = { covers, places }
  for (const place of places) baseByPlace.set(place, base)
}

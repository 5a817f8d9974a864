import type { DocId, Hash } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Pack } from '@cloudos/protocol/pack-index'
import type { ListedSnapshot } from '@cloudos/protocol/snapshot-list'
import type { MadeSnapshot, SealedDoc } from '../sealed-doc.ts'
import { parseSnapshotFrames } from '../snapshots/check-base.ts'
import { isAcknowledged } from '../snapshots/snapshot-acks.ts'
import { isSnapshotDue, WORTH_BYTES } from '../snapshots/snapshot-due.ts'
import type { KeptSnapshot, SnapshotWork, SortedSnapshots } from './kept-snapshots.ts'
import { coveredBy } from './packs.ts'
import type { Coverage } from './packs.ts'
import { findSnapshot } from './store-blob.ts'
import type { Save } from './store-blob.ts'

export interface Compacted {
  readonly packs: readonly Pack[]
  readonly snapshots: readonly ListedSnapshot[]
  /** The next save has something to do although nothing will have changed here. */
  readonly goesOn: boolean
  /** Of each document the older of the last two that have been answered for, both of which lie there. */
  readonly answered: readonly KeptSnapshot[]
}

const HOUR_MS = 60 * 60_000
const KEPT_HOURS = 7 * 24

export function hourOf(nowMs: number): number {
  return Math.floor(nowMs / HOUR_MS)
}

/**
 * The snapshots that count for the frames they cover when it comes to what a medium lacks: those that enough devices have answered for,
 * and any that stands for frames which this device has not got one by one. Where there is none of these one is put there.
 */
export async function reliedOn(
  work: SnapshotWork,
  save: Save,
  packs: readonly Pack[],
  kept: readonly KeptSnapshot[],
): Promise<readonly ListedSnapshot[]> {
  let relied: readonly ListedSnapshot[] = kept.filter((one) => isAnswered(work, one))
  for (const doc of work.profile.replica.docs()) {
    if (!(await hasFloorAbove(doc, { packs, snapshots: relied }))) continue
    relied = [...new Set([...relied, ...kept.filter(({ docId }) => docId === doc.docId)])]
    for (let base = await hasFloorAbove(doc, { packs, snapshots: relied }); base;) {
      // What is put there has to be taken by readers who know who has been removed.
      const fresh = isByRemoved(work, base) ? await doc.snapshot() : undefined
      relied = [...relied, await listed(work, save, doc.docId, fresh ?? base)]
      base = await hasFloorAbove(doc, { packs, snapshots: relied })
    }
  }
  return relied
}

function isByRemoved({ profile }: SnapshotWork, { parts }: MadeSnapshot): boolean {
  const [first] = parseSnapshotFrames(parts) ?? []
  return first !== undefined && profile.membership.member(first.header.deviceId)?.revoked === true
}

/** A snapshot that the document stands on where what lies on the medium does not reach; `undefined` where it does. */
async function hasFloorAbove(doc: SealedDoc, coverage: Coverage): Promise<MadeSnapshot | undefined> {
  const covered = coveredBy(coverage)
  for (const chain of doc.heads().keys()) {
    const base = await doc.findBase(chain, covered(doc.docId, chain))
    if (base !== undefined) return base
  }
  return undefined
}

/**
 * Makes a snapshot where one is due, and gives up packs whose frames are a week old and covered by the last two that have been answered
 * for. Writes blobs and changes nothing of what lies there: that is for the head that leads to the outcome.
 */
export async function compact(
  work: SnapshotWork,
  save: Save,
  packs: readonly Pack[],
  { kept, carried: unknown, missing, relied }: SortedSnapshots & { readonly relied: readonly ListedSnapshot[] },
): Promise<Compacted> {
  const all = [...kept, ...relied.filter(({ blob }) => kept.every((one) => one.blob !== blob))]
  const there = coveredBy({ packs, snapshots: [...kept, ...relied] })
  const isNeeded = ({ docId, covers }: ListedSnapshot): boolean =>
    [...covers].some(([chain, { seq }]) => seq > there(docId, chain))
  const pairs = pairsOf(work, kept)
  const carried = [...unknown.filter((one) => !isOutdone(one, pairs)), ...missing.filter(isNeeded)]
  const answered = [...pairs.values()].map(([older]) => older)
  if (!work.store.capabilities.cas || work.isTrusted)
    return { packs, snapshots: plain([...carried, ...all]), goesOn: false, answered: [] }
  const made: ListedSnapshot[] = []
  for (const doc of work.profile.replica.docs()) {
    const own = kept.filter(({ docId }) => docId === doc.docId)
    const room = carried.length + all.length + made.length < LIMITS.snapshotsMax
    if (!room || all.some((one) => one.docId === doc.docId && !kept.some(({ blob }) => blob === one.blob))) continue
    if (!isSnapshotDue(growthOf(work, doc, packs, own), work.nowMs)) continue
    const snapshot = await doc.snapshot()
    // What has come since the packs were written lies in nothing else there yet.
    const covered = coveredBy({ packs, snapshots: relied })
    const isThere = snapshot && [...snapshot.covers].every(([chain, { seq }]) => seq <= covered(doc.docId, chain))
    if (snapshot !== undefined && isThere) made.push(await listed(work, save, doc.docId, snapshot))
  }
  const rest = all.filter((one) => !isOutdone(one, pairs) && !isReplaced(one, made, relied))
  const snapshots = plain([...carried, ...rest, ...made])
  const goesOn = made.length > 0
  const given = packs.filter((pack) => mayGo(pack, pairs, hourOf(work.nowMs)))
  if (sizeOf(given) < WORTH_BYTES || !(await areThere(work, given, pairs)))
    return { packs, snapshots, goesOn, answered }
  return { packs: packs.filter((pack) => !given.includes(pack)), snapshots, goesOn, answered }
}

type Pair = readonly [KeptSnapshot, KeptSnapshot]

type Pairs = ReadonlyMap<DocId, Pair>

function pairsOf(work: SnapshotWork, kept: readonly KeptSnapshot[]): Pairs {
  const pairs = new Map<DocId, Pair>()
  const answered = kept.filter((one) => isAnswered(work, one))
  for (const docId of new Set(answered.map((one) => one.docId))) {
    const pair = lastTwo(answered.filter((one) => one.docId === docId))
    if (pair !== undefined) pairs.set(docId, pair)
  }
  return pairs
}

/** The last two that have been answered for both hold what it says that it holds. */
function isOutdone(one: ListedSnapshot, pairs: Pairs): boolean {
  const pair = pairs.get(one.docId)
  return pair?.every((by) => by.blob !== one.blob && isWithin(one, by)) === true
}

/** Nobody has answered for it in time, and a newer one takes its place. */
function isReplaced(one: ListedSnapshot, made: readonly ListedSnapshot[], relied: readonly ListedSnapshot[]): boolean {
  return !relied.some(({ blob }) => blob === one.blob) && made.some((by) => by.docId === one.docId && isWithin(one, by))
}

function lastTwo(answered: readonly KeptSnapshot[]): Pair | undefined {
  const [older, newer] = answered.slice(-2)
  return older !== undefined && newer !== undefined ? [older, newer] : undefined
}

function isAnswered({ profile, identity }: SnapshotWork, { acknowledgedBy }: KeptSnapshot): boolean {
  return isAcknowledged(profile.membership, identity.deviceId, acknowledgedBy)
}

function growthOf(
  work: SnapshotWork,
  { docId }: SealedDoc,
  packs: readonly Pack[],
  own: readonly KeptSnapshot[],
): Parameters<typeof isSnapshotDue>[0] {
  const last = own.at(-1)
  const since = packs.filter(({ spans }) =>
    spans.some((span) => span.docId === docId && span.toSeq > (last?.covers.get(span.chain)?.seq ?? 0)),
  )
  const settled = since.filter(({ newestHour }) => newestHour !== undefined && hourOf(work.nowMs) - newestHour >= 24)
  return {
    frameBytesSince: sizeOf(since),
    settledBytes: sizeOf(settled),
    last: last && { sizeBytes: last.sizeBytes, takenAtMs: last.takenAtMs, isAcknowledged: isAnswered(work, last) },
    count: own.length,
  }
}

function sizeOf(packs: readonly Pack[]): number {
  return packs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}

function mayGo({ spans, newestHour }: Pack, pairs: Pairs, nowHour: number): boolean {
  const isOld = newestHour !== undefined && nowHour - newestHour > KEPT_HOURS
  return (
    isOld &&
    spans.every(({ docId, chain, toSeq }) =>
      pairs.get(docId)?.every(({ covers }) => toSeq <= (covers.get(chain)?.seq ?? 0)),
    )
  )
}

/** Whether both snapshots that are to stand for these packs can still be read: a medium may have lost them since they were judged. */
async function areThere({ store }: SnapshotWork, given: readonly Pack[], pairs: Pairs): Promise<boolean> {
  const docIds = new Set(given.flatMap(({ spans }) => spans.map(({ docId }) => docId)))
  for (const docId of docIds)
    for (const one of pairs.get(docId) ?? []) if ((await findSnapshot(store, one)) === undefined) return false
  return true
}

function isWithin({ covers }: ListedSnapshot, by: ListedSnapshot): boolean {
  return [...covers].every(([chain, { seq }]) => seq <= (by.covers.get(chain)?.seq ?? 0))
}

async function listed(
  { nowMs }: SnapshotWork,
  save: Save,
  docId: DocId,
  { parts, snapshotId, covers }: MadeSnapshot,
): Promise<ListedSnapshot> {
  const blobs: Hash[] = []
  for (const part of parts) blobs.push(await save.put(part))
  const [blob, ...laterBlobs] = blobs
  if (blob === undefined) throw new Error('a snapshot without frames')
  const sizeBytes = parts.reduce((sum, { length }) => sum + length, 0)
  const named = { blob, sizeBytes, snapshotId, docId, covers, takenAtMs: nowMs, acks: [] }
  return laterBlobs.length === 0 ? named : { ...named, laterBlobs }
}

/** As they are listed, and no more. */
function plain(snapshots: readonly ListedSnapshot[]): readonly ListedSnapshot[] {
  return [...snapshots]
    .sort((a, b) => a.takenAtMs - b.takenAtMs || (a.blob < b.blob ? -1 : 1))
    .map(({ blob, sizeBytes, snapshotId, docId, covers, takenAtMs, acks, laterBlobs }) => ({
      ...{ blob, sizeBytes, snapshotId, docId, covers, takenAtMs, acks },
      ...(laterBlobs !== undefined && { laterBlobs }),
    }))
}

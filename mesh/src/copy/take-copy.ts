import type { ChainKey, Hash } from '@cloudos/protocol/ids'
import type { ListedSnapshot } from '@cloudos/protocol/snapshot-list'
import type { Replica } from '../replica.ts'
import type { SealedDoc } from '../sealed-doc.ts'
import { endOf } from './packs.ts'
import type { StoredCopy } from './read-copy.ts'

export interface TakenCopy {
  /** Packs and snapshots that could not be had, and nothing else there stands for. */
  readonly damaged: readonly Hash[]
}

export type TakableCopy = Pick<StoredCopy, 'frames' | 'packs' | 'snapshots' | 'readSnapshot'>

/** What waits for a frame of another chain may have been dropped meanwhile; each round admits what the one before made possible. */
const ROUNDS = 4

/**
 * Everything of the copy that this device lacks, each frame verified as if a peer had sent it; and a snapshot for what the copy does not
 * have one by one. `from` names the medium.
 */
export async function takeCopy(copy: TakableCopy, replica: Replica, from: string): Promise<TakenCopy> {
  await standOn(copy, replica, from, (doc, listed) => needsSnapshot(copy, doc, listed))
  const damaged = await takeFrames(copy, replica, from)
  // A pack that is damaged may be what the snapshot would have spared.
  const unread = await standOn(copy, replica, from, isAhead)
  if (damaged.size > 0 && copy.snapshots.length > 0) await takeFrames(copy, replica, from)
  for (const doc of replica.docs()) await doc.durable()
  return { damaged: [...damaged, ...unread] }
}

async function takeFrames(copy: TakableCopy, replica: Replica, from: string): Promise<Set<Hash>> {
  const damaged = new Set<Hash>()
  for (let round = 0; round < ROUNDS; round++) {
    const line = startLine(from)
    for await (const { docId, chain, seq, bytes } of copy.frames((blob) => damaged.add(blob))) {
      const doc = await replica.open(docId)
      if (seqOf(doc, chain) < seq) await line.add(doc, bytes.slice())
    }
    await line.end()
    if (replica.docs().every((doc) => doc.gaps().length === 0)) break
  }
  return damaged
}

interface Line {
  add(doc: SealedDoc, frame: Uint8Array): Promise<void>
  /** Resolves when all have been judged. */
  end(): Promise<void>
}

/** Frames judged in the order they are added, many at a time: while some are applied, the signatures of the next are verified. */
function startLine(from: string): Line {
  let batch: { readonly doc: SealedDoc; readonly frames: Uint8Array[]; sizeBytes: number } | undefined
  let admitting: Promise<void> | undefined
  const send = async (): Promise<void> => {
    const last = admitting
    admitting = batch?.doc.admitAll(batch.frames, from)
    batch = undefined
    await last
  }
  return {
    async add(doc, frame) {
      if (
        batch !== undefined &&
        (batch.doc !== doc || batch.frames.length >= BATCH_FRAMES || batch.sizeBytes >= BATCH_BYTES)
      )
        await send()
      batch ??= { doc, frames: [], sizeBytes: 0 }
      batch.frames.push(frame)
      batch.sizeBytes += frame.length
    },
    async end() {
      await send()
      await admitting
    },
  }
}

/** Short enough that nothing else on this thread waits long. */
const BATCH_FRAMES = 128
const BATCH_BYTES = 1024 * 1024

/** The newest snapshot of each document that can be had, where `isNeeded` says so. Resolves with the newest of those that it still says so of. */
async function standOn(
  copy: TakableCopy,
  replica: Replica,
  from: string,
  isNeeded: (doc: SealedDoc, listed: ListedSnapshot) => boolean,
): Promise<readonly Hash[]> {
  const unread: Hash[] = []
  for (const docId of new Set(copy.snapshots.map((listed) => listed.docId))) {
    const doc = await replica.open(docId)
    const newestFirst = copy.snapshots.filter((listed) => listed.docId === docId).reverse()
    for (const listed of newestFirst) {
      if (!isNeeded(doc, listed)) break
      const parts = await copy.readSnapshot(listed)
      if (parts !== undefined) await doc.admitBase(parts, from)
    }
    const [newest] = newestFirst
    if (newest !== undefined && isNeeded(doc, newest)) unread.push(newest.blob)
  }
  return unread
}

/** Whether frames it covers are neither here nor, by the index, in the packs. */
function needsSnapshot({ packs }: TakableCopy, doc: SealedDoc, { docId, covers }: ListedSnapshot): boolean {
  const spans = packs.flatMap((pack) => pack.spans)
  return [...covers].some(([chain, { seq }]) => {
    const own = spans.filter((span) => span.chain === chain && span.docId === docId)
    return endOf(own, seqOf(doc, chain)) < seq
  })
}

function isAhead(doc: SealedDoc, { covers }: ListedSnapshot): boolean {
  return [...covers].some(([chain, { seq }]) => seqOf(doc, chain) < seq)
}

function seqOf(doc: SealedDoc, chain: ChainKey): number {
  return doc.heads().get(chain)?.seq ?? 0
}

import { FRAME_HEADER_BYTES, FRAME_SIGNATURE_BYTES, parseFrame } from '@cloudos/protocol/frame'
import type { ChainKey, DocId, Hash } from '@cloudos/protocol/ids'
import type { ChainSpan, Pack } from '@cloudos/protocol/pack-index'
import type { ListedSnapshot } from '@cloudos/protocol/snapshot-list'
import { encodeDense, findDense, isDense } from './dense-pack.ts'

/** A pack that is larger stays as it is; smaller ones are joined as what comes after them grows. */
export const PACK_FULL_BYTES = 256 * 1024
export const PACK_MAX_BYTES = 4 * 1024 * 1024

/** A frame in its place, as the parts of it that packs are made by. */
export interface PackedFrame {
  readonly docId: DocId
  readonly chain: ChainKey
  readonly seq: number
  readonly bytes: Uint8Array
}

/** The frames of a pack, dense or end to end, by their form only: nothing in them is verified. `undefined` when they are not whole. */
export function parsePack(bytes: Uint8Array): readonly PackedFrame[] | undefined {
  if (isDense(bytes)) {
    const frames = findDense(bytes)?.map(findPacked)
    return frames?.every((frame) => frame !== undefined) === true ? frames : undefined
  }
  const frames: PackedFrame[] = []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let offset = 0; offset < bytes.length;) {
    if (offset + FRAME_HEADER_BYTES > bytes.length) return undefined
    const sizeBytes = FRAME_HEADER_BYTES + view.getUint32(offset + CIPHERTEXT_LENGTH_AT) + FRAME_SIGNATURE_BYTES
    const frame = findPacked(bytes.subarray(offset, offset + sizeBytes))
    if (frame === undefined) return undefined
    frames.push(frame)
    offset += sizeBytes
  }
  return frames
}

const CIPHERTEXT_LENGTH_AT = FRAME_HEADER_BYTES - 4

export function findPacked(bytes: Uint8Array): PackedFrame | undefined {
  const frame = parseFrame(bytes)
  if (!frame.ok) return undefined
  const { header, chain } = frame.value
  return { docId: header.docId, chain, seq: header.seq, bytes }
}

/** Blobs of at most `PACK_MAX_BYTES`, in the order of the frames. */
export function packFrames(frames: readonly PackedFrame[]): readonly { bytes: Uint8Array; spans: ChainSpan[] }[] {
  const packs: PackedFrame[][] = []
  let sizeBytes = PACK_MAX_BYTES
  for (const frame of frames) {
    if (sizeBytes + frame.bytes.length > PACK_MAX_BYTES) {
      packs.push([])
      sizeBytes = 0
    }
    packs.at(-1)?.push(frame)
    sizeBytes += frame.bytes.length
  }
  return packs.map((pack) => ({ bytes: encodeDense(pack.map(({ bytes }) => bytes)), spans: spansOf(pack) }))
}

function spansOf(frames: readonly PackedFrame[]): ChainSpan[] {
  const spans = new Map<string, ChainSpan>()
  const done: ChainSpan[] = []
  for (const { docId, chain, seq } of frames) {
    const key = docId + chain
    const span = spans.get(key)
    if (span !== undefined && seq > span.toSeq + 1) done.push(span)
    const goesOn = span !== undefined && seq <= span.toSeq + 1
    spans.set(key, {
      docId,
      chain,
      fromSeq: goesOn ? Math.min(span.fromSeq, seq) : seq,
      toSeq: goesOn ? Math.max(span.toSeq, seq) : seq,
    })
  }
  return [...done, ...spans.values()]
}

/** How far packs hold each chain without a hole: from its beginning, or from where a snapshot stands for it. */
export type Covered = (docId: DocId, chain: ChainKey) => number

export interface Coverage {
  readonly packs: readonly Pack[]
  readonly snapshots: readonly Pick<ListedSnapshot, 'docId' | 'covers'>[]
}

export function coveredBy({ packs, snapshots }: Coverage): Covered {
  const spansByChain = new Map<string, ChainSpan[]>()
  for (const span of packs.flatMap(({ spans }) => spans)) {
    const key = span.docId + span.chain
    spansByChain.set(key, [...(spansByChain.get(key) ?? []), span])
  }
  const covered = new Map<string, number>()
  for (const { docId, covers } of snapshots)
    for (const [chain, { seq }] of covers) covered.set(docId + chain, Math.max(seq, covered.get(docId + chain) ?? 0))
  for (const [key, spans] of spansByChain) covered.set(key, endOf(spans, covered.get(key) ?? 0))
  return (docId, chain) => covered.get(docId + chain) ?? 0
}

/** How far spans of one chain go on from `seq` without a hole. */
export function endOf(spans: readonly ChainSpan[], seq: number): number {
  let end = seq
  for (const { fromSeq, toSeq } of [...spans].sort((a, b) => a.fromSeq - b.fromSeq))
    if (fromSeq <= end + 1) end = Math.max(end, toSeq)
  return end
}

/** Whether every frame that an index says is in a pack is in it: the index was written by somebody else. */
export function holdsAll({ spans }: Pack, frames: readonly PackedFrame[]): boolean {
  const there = new Set(frames.map(({ docId, chain, seq }) => `${docId}${chain}${String(seq)}`))
  return spans.every(({ docId, chain, fromSeq, toSeq }) => {
    // No span of one pack is longer than the pack: what claims to be costs no work.
    if (toSeq - fromSeq >= frames.length) return false
    for (let seq = fromSeq; seq <= toSeq; seq++) if (!there.has(`${docId}${chain}${String(seq)}`)) return false
    return true
  })
}

/** Each blob once, in the order first seen. */
export function unionOf(lists: readonly (readonly Pack[])[]): readonly Pack[] {
  return [...new Map<Hash, Pack>(lists.flat().map((pack) => [pack.blob, pack])).values()]
}

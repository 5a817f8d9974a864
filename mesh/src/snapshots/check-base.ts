import type { AeadKey } from '@cloudos/crypto/aead'
import type { Membership } from '@cloudos/crypto/membership'
import { frameIdOf, verifyFrame } from '@cloudos/crypto/sealed-frame'
import { parseFrame } from '@cloudos/protocol/frame'
import type { ParsedFrame } from '@cloudos/protocol/frame'
import { deviceOfChain } from '@cloudos/protocol/ids'
import type { ChainKey, DocId, EpochId } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import { placeOf } from '../chain-book.ts'
import type { ChainBook } from '../chain-book.ts'
import type { FrameLog } from '../frame-log.ts'
import type { FrameRefused } from '../incident.ts'
import { encodeBaseRecord } from './base-record.ts'
import { openSnapshot } from './open-snapshot.ts'
import type { Covers, OpenSnapshot, SnapshotFrames } from './open-snapshot.ts'

export interface SnapshotCheckParts {
  readonly docId: DocId
  readonly membership: () => Membership
  readonly keyOf: (epochId: EpochId) => AeadKey | undefined
}

export interface BaseParts extends SnapshotCheckParts {
  readonly book: ChainBook
  readonly clockOf: (client: number) => number
  /** Whether it is the chain that this run writes. */
  readonly isOwnChain: (chain: ChainKey) => boolean
  readonly log: FrameLog
}

/**
 * Every check that a snapshot passes before a document may stand on it, in the order of a frame's. `undefined` when it brings nothing.
 * What they cannot tell is whether the state is that of the frames it names: that is the word of its author, and of whoever hands it on.
 */
export async function checkBase(
  parts: BaseParts,
  frames: SnapshotFrames,
): Promise<Result<OpenSnapshot | undefined, FrameRefused>> {
  if (frames.some(({ bytes }) => encodeBaseRecord(bytes).length > LIMITS.frameMaxBytes)) return err('bad-form')
  const open = await openSigned(parts, frames)
  if (!open.ok) return open
  const { covers, shape } = open.value
  const membership = parts.membership()
  for (const chain of covers.keys())
    if (membership.member(deviceOfChain(chain)) === undefined) return err('unknown-device')
  const ahead = [...covers].filter(([chain, { seq }]) => seq > tipOf(parts, chain))
  if (ahead.length === 0) return ok(undefined)
  if (ahead.some(([chain]) => parts.book.find(chain)?.frozen === true)) return err('frozen')
  if (!(await agreesWithLog(parts, covers))) return err('bad-chain')
  if (!claimClients(parts.book, open.value)) return err('foreign-client-id')
  for (const { client, clock, length } of shape.structs) {
    const owner = parts.book.ownerOf(client)
    const isHere = owner !== undefined && tipOf(parts, owner) >= (covers.get(owner)?.seq ?? 0)
    if (isHere && clock + length > parts.clockOf(client)) return err('clock-not-continued')
  }
  return ok(open.value)
}

/** All frames of a snapshot from their bytes, by their form only. */
export function parseSnapshotFrames(parts: readonly Uint8Array[]): SnapshotFrames | undefined {
  const [first, ...later] = parts.flatMap((bytes) => {
    const parsed = parseFrame(bytes)
    return parsed.ok ? parsed.value : []
  })
  return first !== undefined && later.length + 1 === parts.length ? [first, ...later] : undefined
}

/** Document, device, cut, signatures and seal. */
export async function openSigned(
  parts: SnapshotCheckParts,
  frames: SnapshotFrames,
): Promise<Result<OpenSnapshot, FrameRefused>> {
  for (const frame of frames) {
    const signed = await checkSnapshotFrame(parts, frame)
    if (!signed.ok) return signed
  }
  const key = parts.keyOf(frames[0].header.epochId)
  return key === undefined ? err('no-epoch-key') : openSnapshot(frames, key)
}

async function checkSnapshotFrame(
  parts: SnapshotCheckParts,
  frame: ParsedFrame,
): Promise<Result<undefined, FrameRefused>> {
  const { header, chain } = frame
  if (header.docId !== parts.docId) return err('unknown-document')
  const member = parts.membership().member(header.deviceId)
  if (member === undefined) return err('unknown-device')
  // It takes no place in its author's chain, so what counts is the last frame it stands behind.
  const cut = parts.membership().cut(header.docId, chain)
  if (cut !== undefined && header.seq - 1 > cut) return err('past-cut')
  return (await verifyFrame(frame, frameIdOf(frame), member.signPublicKey)) ? ok(undefined) : err('bad-signature')
}

function tipOf({ book }: BaseParts, chain: ChainKey): number {
  return book.find(chain)?.tip.seq ?? 0
}

/** Where both have a frame it is the same one; and nobody knows more of the chain that this run writes than this run. */
async function agreesWithLog(parts: BaseParts, covers: Covers): Promise<boolean> {
  for (const [key, head] of covers) {
    const chain = parts.book.find(key)
    if (chain === undefined || chain.tip.seq < head.seq) {
      if (parts.isOwnChain(key)) return false
      continue
    }
    if (chain.tip.seq === head.seq) {
      if (chain.tip.id !== head.frameId) return false
      continue
    }
    const place = placeOf(chain, head.seq + 1)
    if (place !== undefined && (await prevAt(parts.log, place)) !== head.frameId) return false
  }
  return true
}

async function prevAt(log: FrameLog, place: number): Promise<string | undefined> {
  for await (const { frame } of log.scan(place)) {
    const parsed = parseFrame(frame)
    return parsed.ok ? parsed.value.header.prev : undefined
  }
  return undefined
}

/** Whether each client id in the state is one of a covered chain; each becomes its chain's. Ids may lie as far ahead as the highest used allows. */
export function claimClients(book: ChainBook, { covers, shape }: Pick<OpenSnapshot, 'covers' | 'shape'>): boolean {
  const left = new Set(shape.structs.map(({ client }) => client))
  const chains = [...covers.keys()].flatMap((key) => book.open(key) ?? [])
  for (let before = left.size + 1; left.size < before && left.size > 0;) {
    before = left.size
    for (const chain of chains) for (const client of left) if (book.claimsClient(chain, client)) left.delete(client)
  }
  return left.size === 0
}

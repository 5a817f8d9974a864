import { concatBytes, equalBytes } from './bytes.ts'
import { chainHeadsCodec } from './chain-heads.ts'
import type { ChainHead } from './chain-heads.ts'
import { bytesUpTo, id, uint } from './codecs.ts'
import { NO_FRAME } from './frame.ts'
import type { ParsedFrame } from './frame.ts'
import type { ChainKey, Hash } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, checked, encodeRecord, maybeAt, parseRecord, record } from './record.ts'
import type { RecordRefusal } from './record.ts'
import type { Result } from './result.ts'

/**
 * What is sealed in a frame of type `snapshot`: a document's whole state and the frames that it is the state of; or, where no frame holds
 * so much, one part of that. Parsing says nothing of whether it is: only who replays those frames knows.
 */
export interface Snapshot {
  /** Of several parts the first alone names them. */
  readonly covers: ReadonlyMap<ChainKey, ChainHead>
  /** One Yjs update (V1) from nothing, or the piece of it that this part holds; hostile until it has been read. */
  readonly state: Uint8Array
  /** Absent where one frame holds everything. */
  readonly part?: SnapshotPart
}

export interface SnapshotPart {
  /** From 0. */
  readonly nth: number
  readonly count: number
  /** SHA-256 of all the pieces end to end. */
  readonly stateHash: Hash
}

export type SnapshotRefusal = RecordRefusal<Snapshot> | 'bad-nth'

const part = checked(
  record<SnapshotPart>({
    nth: at(1, uint(LIMITS.snapshotPartsMax - 1)),
    count: at(2, uint(LIMITS.snapshotPartsMax, 2)),
    stateHash: at(3, id('Hash')),
  }),
  ({ nth, count }) => (nth < count ? undefined : 'bad-nth'),
)

const codec = checked(
  record<Snapshot>({
    covers: at(1, chainHeadsCodec),
    state: at(2, bytesUpTo(LIMITS.editMaxBytes, 2)),
    part: maybeAt(3, part),
  }),
  (snapshot) =>
    snapshot.part !== undefined && snapshot.part.nth > 0 && snapshot.covers.size > 0 ? 'bad-covers' : undefined,
)

export function encodeSnapshot(snapshot: Snapshot): Uint8Array {
  return encodeRecord(codec, snapshot)
}

export function parseSnapshot(payload: Uint8Array): Result<Snapshot, SnapshotRefusal> {
  return parseRecord(codec, payload, LIMITS.frameMaxBytes)
}

/**
 * The same in as many parts as frames are needed for it, `stateHash` being the hash of its state; in one, without a word of parts, where
 * one holds it. `undefined` when it is more than there may be.
 */
export function splitSnapshot(
  { covers, state }: Omit<Snapshot, 'part'>,
  stateHash: Hash,
): readonly Snapshot[] | undefined {
  const aroundBytes = encodeSnapshot({ covers, state: new Uint8Array(2) }).length + PART_BYTES
  const roomBytes = LIMITS.editMaxBytes - aroundBytes
  if (state.length <= roomBytes) return [{ covers, state }]
  const count = Math.ceil(state.length / roomBytes)
  if (roomBytes <= 0 || count > LIMITS.snapshotPartsMax) return undefined
  const pieceAt = (nth: number): number => Math.floor((state.length * nth) / count)
  return Array.from({ length: count }, (_, nth) => ({
    covers: nth === 0 ? covers : new Map<ChainKey, ChainHead>(),
    state: state.subarray(pieceAt(nth), pieceAt(nth + 1)),
    part: { nth, count, stateHash },
  }))
}

/** What stands around a piece besides the frames it covers, and a longer length of it. */
const PART_BYTES = 64

/**
 * One snapshot from all its frames in order, each with what was sealed in it. `undefined` where they are not all of one, or do not stand
 * behind their author's last covered frame; that the state has its hash is left to the caller.
 */
export function joinSnapshot(frames: readonly ParsedFrame[], parts: readonly Snapshot[]): Snapshot | undefined {
  const [[frame], [first]] = [frames, parts]
  if (frame === undefined || first === undefined || parts.length !== (first.part?.count ?? 1)) return undefined
  const isWhole =
    frames.every((one) => equalBytes(placeIn(one), placeIn(frame))) &&
    parts.every(
      ({ part }, nth) =>
        nth === (part?.nth ?? 0) && part?.count === first.part?.count && part?.stateHash === first.part?.stateHash,
    )
  const own = first.covers.get(frame.chain)
  const { seq, prev } = frame.header
  if (!isWhole || seq !== (own?.seq ?? 0) + 1 || prev !== (own?.frameId ?? NO_FRAME)) return undefined
  return first.part === undefined ? first : { ...first, state: concatBytes(...parts.map(({ state }) => state)) }
}

/** Everything of the header before the nonce: whose it is, of which document and epoch, and behind which frame. */
function placeIn({ headerBytes }: ParsedFrame): Uint8Array {
  return headerBytes.subarray(0, 88)
}

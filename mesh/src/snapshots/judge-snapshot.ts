import * as Y from 'yjs'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import type { Hash } from '@cloudos/protocol/ids'
import type { SnapshotAck } from '@cloudos/protocol/snapshot-ack'
import type { FrameRefused } from '../incident.ts'
import { hashState, isSameState } from './canonical-state.ts'
import type { StateHashes } from './canonical-state.ts'
import { openSigned, parseSnapshotFrames } from './check-base.ts'
import type { SnapshotCheckParts } from './check-base.ts'
import { snapshotIdOf } from './open-snapshot.ts'
import type { Covers } from './open-snapshot.ts'
import { replay } from './replay.ts'
import type { ReplayParts } from './replay.ts'
import { createScratchDoc } from './scratch-doc.ts'

export type JudgeParts = SnapshotCheckParts & ReplayParts

export interface GenuineSnapshot extends StateHashes {
  readonly snapshotId: Hash
  readonly covers: Covers
}

/** `unknown`: this device has not got all the frames it covers, and cannot tell. `false`: it has, and they make another state. */
export type SnapshotDoubt = FrameRefused | 'unknown' | 'false'

/** Replays both ways, the frames that the log holds and the snapshot; `ownWord` of the same stands for having done so before. */
export async function judgeSnapshot(
  parts: JudgeParts,
  bytes: readonly Uint8Array[],
  ownWord: SnapshotAck | undefined,
): Promise<Result<GenuineSnapshot, SnapshotDoubt>> {
  const frames = parseSnapshotFrames(bytes)
  if (frames === undefined) return err('bad-form')
  const open = await openSigned(parts, frames)
  if (!open.ok) return open
  const { covers, state } = open.value
  const held = hashesOf(state)
  const snapshotId = snapshotIdOf(frames)
  // What this device has answered for it need not have the frames of any more.
  if (held !== undefined && ownWord?.snapshotId === snapshotId && isSameState(held, ownWord))
    return ok({ ...held, snapshotId, covers })
  const replayed = await replay(parts, covers)
  if (replayed === 'unknown') return err('unknown')
  if (replayed === 'other-frames' || held === undefined || !isSameState(held, hashState(replayed))) return err('false')
  return ok({ ...held, snapshotId, covers })
}

function hashesOf(state: Uint8Array): StateHashes | undefined {
  const ydoc = createScratchDoc()
  Y.applyUpdate(ydoc, state)
  const hashes = hashState(ydoc)
  ydoc.destroy()
  return hashes
}

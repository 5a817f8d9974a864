import type { AeadKey } from '@cloudos/crypto/aead'
import { hashId } from '@cloudos/crypto/hash'
import type { UnsealRefusal } from '@cloudos/crypto/sealed-frame'
import { frameIdOf, unsealFrame } from '@cloudos/crypto/sealed-frame'
import { ofState, readUpdate } from '@cloudos/crypto/yjs-reader'
import type { UpdateShape } from '@cloudos/crypto/yjs-reader'
import { concatBytes } from '@cloudos/protocol/bytes'
import type { ParsedFrame } from '@cloudos/protocol/frame'
import { bytesFromId } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import { encodeSnapshot, joinSnapshot, parseSnapshot, splitSnapshot } from '@cloudos/protocol/snapshot'
import type { Snapshot } from '@cloudos/protocol/snapshot'

export type Covers = Snapshot['covers']

/** A snapshot's frames, all of them and in order. */
export type SnapshotFrames = readonly [ParsedFrame, ...ParsedFrame[]]

export interface OpenSnapshot extends Snapshot {
  readonly shape: UpdateShape
}

export type SnapshotFault = 'bad-form' | UnsealRefusal | 'bad-snapshot' | 'bad-update'

/** What acknowledgements name: the frame, or the hash of the ids of all frames where there are several. */
export function snapshotIdOf(frames: SnapshotFrames): Hash {
  const [first, ...later] = frames
  return later.length === 0
    ? frameIdOf(first)
    : hashId(concatBytes(...frames.map((one) => bytesFromId(frameIdOf(one)))))
}

/**
 * What is in a snapshot's frames, whose signatures its caller has checked or will. They name the place behind their author's last frame
 * and take none; the state must begin at nothing and lean on nothing outside it.
 */
export function openSnapshot(frames: SnapshotFrames, key: AeadKey): Result<OpenSnapshot, SnapshotFault> {
  const parts: Snapshot[] = []
  for (const frame of frames) {
    const part = openPart(frame, key)
    if (!part.ok) return part
    parts.push(part.value)
  }
  const whole = joinSnapshot(frames, parts)
  if (whole === undefined || (whole.part && whole.part.stateHash !== hashId(whole.state))) return err('bad-snapshot')
  const shape = readUpdate(whole.state, ofState(frames.length))
  return shape.ok && isWhole(shape.value) ? ok({ ...whole, shape: shape.value }) : err('bad-update')
}

/** One frame of a snapshot by itself. */
export function openPart(frame: ParsedFrame, key: AeadKey): Result<Snapshot, SnapshotFault> {
  if (frame.header.type !== 'snapshot') return err('bad-form')
  const unsealed = unsealFrame(frame, key)
  if (!unsealed.ok) return unsealed
  const parsed = parseSnapshot(unsealed.value)
  return parsed.ok ? parsed : err('bad-snapshot')
}

function isWhole({ structs, deletes, needs, nests }: UpdateShape): boolean {
  const endByClient = new Map<number, number>()
  for (const { client, clock, length } of structs) {
    if (clock !== (endByClient.get(client) ?? 0)) return false
    endByClient.set(client, clock + length)
  }
  const isHere = (client: number, end: number): boolean => end <= (endByClient.get(client) ?? 0)
  return (
    nests.length === 0 &&
    needs.length === 0 &&
    deletes.every(({ client, clock, length }) => isHere(client, clock + length))
  )
}

/** The contents of frames that `openSnapshot` takes, one for each; `undefined` when it is more than readers take. */
export function findPayloads(snapshot: Omit<Snapshot, 'part'>): readonly Uint8Array[] | undefined {
  const parts = splitSnapshot(snapshot, hashId(snapshot.state))
  const shape = parts && readUpdate(snapshot.state, ofState(parts.length))
  return shape?.ok === true && isWhole(shape.value) ? parts?.map(encodeSnapshot) : undefined
}

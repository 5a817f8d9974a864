import type { AeadKey } from '@cloudos/crypto/aead'
import type { UnsealRefusal } from '@cloudos/crypto/sealed-frame'
import { unsealFrame } from '@cloudos/crypto/sealed-frame'
import { OF_STATE, readUpdate } from '@cloudos/crypto/yjs-reader'
import type { UpdateShape } from '@cloudos/crypto/yjs-reader'
import { NO_FRAME } from '@cloudos/protocol/frame'
import type { ParsedFrame } from '@cloudos/protocol/frame'
import { LIMITS } from '@cloudos/protocol/limits'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import { encodeSnapshot, parseSnapshot } from '@cloudos/protocol/snapshot'
import type { Snapshot } from '@cloudos/protocol/snapshot'

export type Covers = Snapshot['covers']

export interface OpenSnapshot extends Snapshot {
  readonly frame: ParsedFrame
  readonly shape: UpdateShape
}

export type SnapshotFault = 'bad-form' | UnsealRefusal | 'bad-snapshot' | 'bad-update'

/**
 * What is in a snapshot's frame, whose signature its caller has checked or will. It names the place behind its author's last frame and
 * takes none; its state must begin at nothing and lean on nothing outside it.
 */
export function openSnapshot(frame: ParsedFrame, key: AeadKey): Result<OpenSnapshot, SnapshotFault> {
  if (frame.header.type !== 'snapshot') return err('bad-form')
  const unsealed = unsealFrame(frame, key)
  if (!unsealed.ok) return unsealed
  const parsed = parseSnapshot(unsealed.value)
  if (!parsed.ok || !standsBehind(frame, parsed.value)) return err('bad-snapshot')
  const shape = readUpdate(parsed.value.state, OF_STATE)
  if (!shape.ok || !isWhole(shape.value)) return err('bad-update')
  return ok({ ...parsed.value, frame, shape: shape.value })
}

function standsBehind({ header, chain }: ParsedFrame, { covers }: Snapshot): boolean {
  const own = covers.get(chain)
  return header.seq === (own?.seq ?? 0) + 1 && header.prev === (own?.frameId ?? NO_FRAME)
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

/** The content of a frame that `openSnapshot` takes; `undefined` when one frame cannot hold it, or it is more than readers take. */
export function findPayload(snapshot: Snapshot): Uint8Array | undefined {
  if (snapshot.state.length > LIMITS.editMaxBytes) return undefined
  const payload = encodeSnapshot(snapshot)
  const shape = readUpdate(snapshot.state, OF_STATE)
  return payload.length <= LIMITS.editMaxBytes && shape.ok && isWhole(shape.value) ? payload : undefined
}

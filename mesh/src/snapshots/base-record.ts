import { concatBytes } from '@cloudos/protocol/bytes'
import { parseFrame } from '@cloudos/protocol/frame'
import type { ParsedFrame } from '@cloudos/protocol/frame'

/* In a log, 'CB' and the version before a snapshot's frame: from here on the document stands on it. No frame begins so. */
const PREFIX = Uint8Array.of(0x43, 0x42, 1)

export function encodeBaseRecord(snapshot: Uint8Array): Uint8Array {
  return concatBytes(PREFIX, snapshot)
}

/** The snapshot in a record of a log; `undefined` when the record is a frame. */
export function findBase(record: Uint8Array): ParsedFrame | undefined {
  if (!PREFIX.every((byte, at) => record[at] === byte)) return undefined
  const parsed = parseFrame(record.subarray(PREFIX.length))
  return parsed.ok && parsed.value.header.type === 'snapshot' ? parsed.value : undefined
}

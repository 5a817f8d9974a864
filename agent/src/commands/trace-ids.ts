import { hexFromBytes } from '@cloudos/protocol/bytes'
import type { Rng } from '@cloudos/protocol/ports'

/** Names for acts, hex of 16 bytes: eight random ones of this process, then a count. They are no secrets, and each command gets one. */
export function createTraceIds(rng: Rng): () => string {
  const process = hexFromBytes(rng.bytes(8))
  let count = 0
  return () => process + (count++).toString(16).padStart(16, '0')
}

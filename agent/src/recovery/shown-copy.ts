import type { StoredCopy } from '@cloudos/mesh/copy/read-copy'
import type { ShownCopy } from '@cloudos/protocol/recovery-commands'

/** What fits a message, with room around it. */
const PIECE_BYTES = 96 * 1024

/** A copy as it is handed to whoever may open it: the log goes ahead in pieces. */
export function shownCopy(
  { profileId, slots, sealedVault, entries, head }: StoredCopy,
  tell: (entries: readonly Uint8Array[]) => void,
): ShownCopy {
  for (const piece of logPieces(entries)) tell(piece)
  return { profileId, gen: head.gen, savedAtMs: head.wallclockMs, slots, sealedVault }
}

export function* logPieces(entries: readonly Uint8Array[]): Generator<readonly Uint8Array[]> {
  let piece: Uint8Array[] = []
  let sizeBytes = 0
  for (const entry of entries) {
    if (piece.length > 0 && (sizeBytes + entry.length > PIECE_BYTES || piece.length === 1024)) {
      yield piece
      piece = []
      sizeBytes = 0
    }
    piece.push(entry)
    sizeBytes += entry.length
  }
  if (piece.length > 0) yield piece
}

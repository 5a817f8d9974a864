/** What lies on a medium of one document, as far as it decides whether another snapshot is worth its bytes. */
export interface Growth {
  /** Of packs that hold something the newest snapshot does not cover. */
  readonly frameBytesSince: number
  /** Of packs that nothing has been added to for a day. */
  readonly settledBytes: number
  /** The newest. */
  readonly last:
    { readonly sizeBytes: number; readonly takenAtMs: number; readonly isAcknowledged: boolean } | undefined
  /** How many there are. */
  readonly count: number
}

/** Less than this is not worth a snapshot, which is a second place where everything has to be right. */
export const WORTH_BYTES = 32 * 1024
const DAY_MS = 24 * 60 * 60_000
/** Who has given up frames of its own may never be able to answer for a snapshot that holds less; a newer one can be answered for. */
const PATIENCE_MS = 7 * DAY_MS

/** Snapshots are made once a day at most, and for a week not before somebody has answered for the last one. */
export function isSnapshotDue({ frameBytesSince, settledBytes, last, count }: Growth, nowMs: number): boolean {
  // The first day of a copy has enough to send; nothing could be given up for it for a week.
  if (last === undefined) return settledBytes >= WORTH_BYTES
  // A clock that was wrong for a moment must not put it off for years.
  const ageMs = Math.abs(nowMs - last.takenAtMs)
  if (ageMs < (last.isAcknowledged ? DAY_MS : PATIENCE_MS)) return false
  if (!last.isAcknowledged) return frameBytesSince >= WORTH_BYTES
  // Frames are given up only where two snapshots stand for them.
  return count < 2 || frameBytesSince >= Math.max(WORTH_BYTES, last.sizeBytes / 2)
}

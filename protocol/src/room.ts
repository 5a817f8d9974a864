import { uint } from './codecs.ts'
import { maybeAt, record } from './record.ts'

/** How full a medium is, in bytes: each as far as the medium says it. */
export interface Room {
  /** What is taken there: by everything on the disk or in the account, or by the profile alone where nothing else can be told. */
  readonly usedBytes?: number
  readonly freeBytes?: number
  readonly totalBytes?: number
}

export const roomRecord = record<Room>({
  usedBytes: maybeAt(1, uint()),
  freeBytes: maybeAt(2, uint()),
  totalBytes: maybeAt(3, uint()),
})

const LOW_BYTES = 1024 ** 3
const LOW_SHARE = 0.1

/** So little is left that a copy will soon not fit: less than a tenth of all, and less than 1 GiB. */
export function isRoomLow({ freeBytes, totalBytes }: Room): boolean {
  if (freeBytes === undefined) return false
  return freeBytes < Math.min(LOW_BYTES, (totalBytes ?? Infinity) * LOW_SHARE)
}

/** Of what a disk, an account or a budget says of itself: whole bytes, and never less than none. */
export function roomFrom(totalBytes: number | undefined, usedBytes: number): Room {
  if (totalBytes === undefined) return { usedBytes }
  return { usedBytes, freeBytes: Math.max(0, totalBytes - usedBytes), totalBytes }
}

import { statfs } from 'node:fs/promises'
import { isRoomLow } from '@cloudos/protocol/room'
import type { Room } from '@cloudos/protocol/room'
import type { MediumKind, MediumView } from '@cloudos/protocol/storage-commands'

/** Of the disk that a folder lies on, for who runs this. */
export async function diskRoom(folder: string): Promise<Room> {
  const { bsize, blocks, bfree, bavail } = await statfs(folder)
  return { usedBytes: bsize * (blocks - bfree), freeBytes: bsize * bavail, totalBytes: bsize * blocks }
}

/** How full a place is, and what to do when that is too full. */
export function roomText(
  kind: MediumKind,
  room: Room | undefined,
  isFull: boolean,
): Pick<MediumView, 'room' | 'roomProblem' | 'isFull'> {
  const isLow = room !== undefined && isRoomLow(room)
  return {
    ...(room !== undefined && { room }),
    ...(isFull && { isFull }),
    ...((isFull || isLow) && { roomProblem: `${isFull ? FULL : LOW} ${wayOut(kind)}` }),
  }
}

const FULL = 'There is no room left, so nothing more is saved there; what is stored stays readable.'
const LOW = 'There is little room left.'

function wayOut(kind: MediumKind): string {
  switch (kind) {
    case 'device':
    case 'folder':
    case 'peer':
      return 'Delete or move something on that disk, or add a copy on another one.'
    case 'drive':
      return 'Empty the trash of that Google account or delete large files and mails in it, or add a copy in another place.'
    case 'github':
      return 'GitHub recommends no more for one repository: add a copy in another place.'
    case 'webdav':
    case 's3':
      return 'Delete something there or ask whoever runs the server for more, or add a copy in another place.'
  }
}

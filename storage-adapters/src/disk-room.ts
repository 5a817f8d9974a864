import { statfs } from 'node:fs/promises'
import type { Room } from '@cloudos/protocol/room'
import { only, reporting } from './system-error.ts'

/** Of the disk that a path lies on, as far as who runs this may use it; nothing where the file system does not say. */
export async function measureDisk(path: string): Promise<Room> {
  const disk = await reporting(statfs(path).catch(only('ENOSYS', 'ENOTSUP')))
  if (disk === undefined || disk.blocks === 0) return {}
  const { bsize, blocks, bfree, bavail } = disk
  return { usedBytes: bsize * (blocks - bfree), freeBytes: bsize * bavail, totalBytes: bsize * blocks }
}

import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LIMITS } from '@cloudos/protocol/limits'
import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import { utf8 } from '@cloudos/protocol/bytes'
import { createBlobStore } from './blob-store.ts'
import { createFolderFiles } from './folder-files.ts'
import type { FolderFiles } from './folder-files.ts'
import { createFolderMedium } from './folder-medium.ts'
import { measureDisk } from './disk-room.ts'
import { isSyncedFolder, probeMove } from './folder-probe.ts'
import { createMediumError } from './medium-error.ts'
import { only, reporting } from './system-error.ts'

const DIRECTORIES = ['tmp', 'b', 'h'] as const
const NOTE = utf8(`This folder holds a CloudOS profile, sealed: nothing in it can be read without a way in.
Keep it whole. Copying it to a safe place is a backup; deleting files in it loses data.
`)

/** Makes an existing folder a medium; harmless when it is one. `medium-gone` when there is no such folder. */
export async function foundFolder(path: string): Promise<void> {
  const files = createFolderFiles(path)
  for (const directory of DIRECTORIES) await files.makeDirectory(directory)
  if ((await files.read('README.txt', NOTE.length)) === undefined) await files.writeNew('README.txt', NOTE)
  await files.syncDirectory('.')
}

/**
 * Opens a folder that `foundFolder` has made a medium, on a disk, a stick, a file server or in a synced folder; what it can do is
 * tried out first. `medium-gone` when the folder is none: an unplugged disk must not look like an empty one.
 */
export async function connectFolder(path: string, failureDomain: string): Promise<ConnectedBlobStore> {
  const files = createFolderFiles(path)
  for (const directory of DIRECTORIES)
    if ((await files.list(directory)) === undefined)
      throw createMediumError(
        'medium-gone',
        'There is no CloudOS profile in this folder: its disk may not be plugged in.',
      )
  const move = await probeMove(files)
  if (move !== 'unwritable') await clearLeftovers(path, files)
  const { totalBytes } = await measureDisk(path)
  const medium = createFolderMedium(files, {
    cas: move === 'exclusive' && !(await isSyncedFolder(path)),
    maxBlobBytes: LIMITS.blobMaxBytes,
    ...(totalBytes !== undefined && { quotaBytes: totalBytes }),
    tellsRoom: 'place',
    evictable: false,
    failureDomain,
  })
  return createBlobStore({ ...medium, measureRoom: () => measureDisk(path) })
}

const LEFTOVER_AGE_MS = 24 * 60 * 60_000

/** Removes what killed writers left unpublished, by the disk's own clock: the probe has just touched `tmp`. */
async function clearLeftovers(path: string, files: FolderFiles): Promise<void> {
  const { mtimeMs } = await reporting(stat(join(path, 'tmp')))
  for (const entry of (await files.list('tmp')) ?? []) {
    const leftover = await reporting(stat(join(path, 'tmp', entry)).catch(only('ENOENT')))
    if (leftover === undefined || mtimeMs - leftover.mtimeMs < LEFTOVER_AGE_MS) continue
    const inner = (await files.list(`tmp/${entry}`)) ?? []
    for (const name of inner) await files.remove(`tmp/${entry}/${name}`)
    await files.remove(`tmp/${entry}`)
  }
}

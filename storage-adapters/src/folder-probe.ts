import { readdir } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { FolderFiles } from './folder-files.ts'
import { unpublishedName } from './folder-names.ts'
import { only, reporting } from './system-error.ts'

export type MoveProbe = 'exclusive' | 'not-exclusive' | 'unwritable'

/**
 * Tries whether this disk refuses to move a directory over one that holds something: that is its compare-and-swap.
 * `unwritable`, for now: full or read-only, it can be read all the same.
 */
export async function probeMove(files: FolderFiles): Promise<MoveProbe> {
  const first = unpublishedName()
  const second = unpublishedName()
  const leftovers = [first, second].flatMap((directory) => [`${directory}/probe`, directory])
  try {
    for (const directory of [first, second]) {
      await files.makeDirectory(directory)
      await files.writeNew(`${directory}/probe`, Uint8Array.of(1))
    }
    return (await files.move(first, second)) === 'taken' ? 'exclusive' : 'not-exclusive'
  } catch (error) {
    if (error instanceof CloudError && (error.code === 'medium-full' || error.code === 'medium-forbidden'))
      return 'unwritable'
    throw error
  } finally {
    for (const path of leftovers) await Promise.allSettled([files.remove(path)])
  }
}

/**
 * Whether a known sync program copies this folder to other machines. One that is not recognised costs nothing: heads written
 * on two machines come to lie beside each other, and a reader gets both.
 */
export async function isSyncedFolder(root: string): Promise<boolean> {
  for (let folder = resolve(root); ; folder = dirname(folder)) {
    if (SYNCED_FOLDER.test(basename(folder))) return true
    const entries = await reporting(readdir(folder).catch(only('EACCES', 'EPERM')))
    if (entries?.some((entry) => SYNC_MARK.test(entry)) === true) return true
    if (folder === dirname(folder)) return false
  }
}

const SYNCED_FOLDER =
  /^(dropbox|onedrive|google ?drive|my drive|icloud ?drive|mobile documents|nextcloud|owncloud|pcloud ?drive|syncthing|sync)\b/i
const SYNC_MARK =
  /^(\.stfolder|\.stignore|\.dropbox(\.cache)?|\.sync|\.(nextcloud|owncloud)sync\.log|\.sync_[0-9a-f]+\.db|\.tmp\.drive(up|down)load|seafile-ignore\.txt)$/i

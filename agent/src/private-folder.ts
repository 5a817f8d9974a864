import { chmodSync, lstatSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { CloudError } from '@cloudos/protocol/cloud-error'

/**
 * Makes the folder and those above it, for their owner alone. Throws what the system throws. (Node's own `recursive` never returns
 * where the system answers ENOENT below a folder that exists, as under /proc and some automounts.)
 */
export function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return
  makeFolder(dirname(folder))
  mkdirSync(folder, { mode: 0o700 })
}

/**
 * A folder in a place that others may write to as well. Throws `CloudError` 'run-folder-unsafe' when somebody else was there first:
 * whoever owns it could replace what lies in it.
 */
export function makeFolderAmongStrangers(folder: string): void {
  makeFolder(folder)
  const found = lstatSync(folder)
  const isMine = process.getuid === undefined || found.uid === process.getuid()
  if (!isMine || !found.isDirectory()) {
    throw new CloudError(
      'run-folder-unsafe',
      `${folder} belongs to somebody else, so CloudOS does not put its socket there. Nothing was started. Remove it, or set XDG_RUNTIME_DIR to a folder of your own.`,
    )
  }
  if ((found.mode & 0o077) !== 0) chmodSync(folder, 0o700)
}

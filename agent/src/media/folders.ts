import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import { findErrno } from '../broken-world.ts'

/** Folders as media; main.ts names the adapter. */
export interface Folders {
  /** Makes an existing folder a medium; harmless when it is one. */
  found(path: string): Promise<void>
  connect(path: string, failureDomain: string): Promise<ConnectedBlobStore>
}

/** Throws `CloudError` with a sentence of its own for each way in which a path is no folder to keep a copy in. */
export async function checkFolder(path: string): Promise<void> {
  if (!isAbsolute(path))
    throw new CloudError('bad-path', `Give the whole path of the folder, from the root: ${path} is only a part of one.`)
  let isFolder: boolean
  try {
    isFolder = (await stat(path)).isDirectory()
    if (isFolder) await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw unusable(path, cause)
  }
  if (!isFolder) throw new CloudError('not-a-folder', `${path} is a file. Choose a folder.`)
}

function unusable(path: string, cause: unknown): unknown {
  switch (findErrno(cause)) {
    case 'ENOENT':
      return new CloudError('no-such-folder', `There is no folder ${path} on this device. Make it first, or plug its disk in.`, cause) // prettier-ignore
    case 'ENOTDIR':
      return new CloudError('not-a-folder', `A part of ${path} is a file. Choose a folder.`, cause)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new CloudError('not-writable', `CloudOS may not write to ${path}. Choose another folder, or change its permissions.`, cause) // prettier-ignore
    case undefined:
    default:
      return cause
  }
}

/** The disk that a path lies on: what is lost together. */
export async function diskOf(path: string): Promise<string> {
  return `disk ${String((await stat(path)).dev)}`
}

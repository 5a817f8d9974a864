import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { isAbsolute, normalize } from 'node:path'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import { findErrno } from '../broken-world.ts'
import type { MediumKindPort } from './kinds.ts'

/** The adapter for folders; main.ts names it. */
export interface Folders {
  found(path: string): Promise<void>
  connect(path: string, failureDomain: string): Promise<ConnectedBlobStore>
}

/** A disk, a stick, a file server, a synced folder: by its whole path. */
export function folderKind(folders: Folders): MediumKindPort {
  return {
    normalise(where) {
      if (isAbsolute(where) && !where.includes('\0')) return trimmed(normalize(where))
      throw new CloudError('bad-path', `Give the whole path of the folder, from the root: ${where} is only a part of one.`) // prettier-ignore
    },
    check: (path) => checkFolder(path),
    found: (path) => folders.found(path),
    connect: (path, _credential, failureDomain) => folders.connect(path, failureDomain),
    failureDomain: (path) => diskOf(path),
    // Looking whether a stick is back costs next to nothing.
    saveEveryMs: 3_000,
    retry: { firstMs: 500, maxMs: 5_000 },
  }
}

function trimmed(path: string): string {
  return path.length > 1 && /[/\\]$/.test(path) && !/^[A-Za-z]:\\$/.test(path) ? path.slice(0, -1) : path
}

function checkFolder(path: string): Promise<void> {
  return checkAccess(path, constants.R_OK | constants.W_OK | constants.X_OK, 'not-writable')
}

/** For a copy that is there and shall only be read: a stick may well be write-protected. Throws as the port's `check`. */
export function checkReadable(path: string): Promise<void> {
  return checkAccess(path, constants.R_OK | constants.X_OK, 'not-readable')
}

async function checkAccess(path: string, mode: number, denied: 'not-writable' | 'not-readable'): Promise<void> {
  let isFolder: boolean
  try {
    isFolder = (await stat(path)).isDirectory()
    if (isFolder) await access(path, mode)
  } catch (cause) {
    throw unusable(path, denied, cause)
  }
  if (!isFolder) throw new CloudError('not-a-folder', `${path} is a file. Choose a folder.`)
}

function unusable(path: string, denied: 'not-writable' | 'not-readable', cause: unknown): unknown {
  const errno = findErrno(cause)
  switch (errno) {
    case 'ENOENT':
    case 'ENAMETOOLONG':
      return new CloudError('no-such-folder', `There is no folder ${path} on this device. Make it first, or plug its disk in.`, cause) // prettier-ignore
    case 'ENOTDIR':
      return new CloudError('not-a-folder', `A part of ${path} is a file. Choose a folder.`, cause)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new CloudError(denied, `CloudOS may not ${denied === 'not-readable' ? 'read' : 'write to'} ${path}. Choose another folder, or change its permissions.`, cause) // prettier-ignore
    case undefined:
      return cause
    default:
      return new CloudError('medium-failed', `The disk of ${path} reports a fault (${errno}). Nothing was changed.`, cause) // prettier-ignore
  }
}

/** The disk that a path lies on: what is lost together. Throws as `checkReadable`. */
export async function diskOf(path: string): Promise<string> {
  try {
    return `disk ${String((await stat(path)).dev)}`
  } catch (cause) {
    throw unusable(path, 'not-readable', cause)
  }
}

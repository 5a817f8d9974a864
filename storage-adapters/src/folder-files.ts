import { access, lstat, mkdir, open, readdir, rename, rmdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { only, reporting, systemCode } from './system-error.ts'

/** The few file operations a folder medium stands on. Paths are relative to its root, with `/`. They reject with `CloudError`. */
export interface FolderFiles {
  /** Names in a directory, `undefined` when there is none. */
  list(directory: string): Promise<readonly string[] | undefined>
  /** At most `maxBytes` and one more, so that a file too long is seen to be; `undefined` when there is none. */
  read(file: string, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | undefined>
  /** A new file whose bytes outlive a power cut; its name does only after `syncDirectory`. */
  writeNew(file: string, bytes: Uint8Array): Promise<void>
  /** Its parent must exist; it may exist itself. */
  makeDirectory(directory: string): Promise<void>
  /** A directory, in one step; it never replaces one that holds anything: `taken`. */
  move(from: string, to: string): Promise<'moved' | 'taken'>
  /** A file, in one step, whatever file lies at `to`. */
  replace(from: string, to: string): Promise<'moved' | 'taken'>
  /** A file or an empty directory; absent is fine, and a directory that holds something stays. */
  remove(path: string): Promise<void>
  /** Makes the names in it outlive a power cut. */
  syncDirectory(directory: string): Promise<void>
}

export function createFolderFiles(root: string): FolderFiles {
  const at = (path: string) => join(root, path)
  return {
    list: (directory) => reporting(readdir(at(directory)).catch(only('ENOENT', 'ENOTDIR'))),
    read: (file, maxBytes) => reporting(readFile(at(file), maxBytes).catch(only('ENOENT', 'ENOTDIR', 'EISDIR'))),
    writeNew: (file, bytes) => reporting(writeNewFile(at(file), bytes)),
    makeDirectory: (directory) => reporting(mkdir(at(directory)).catch(only('EEXIST'))),
    move: (from, to) => reporting(move(at(from), at(to))),
    replace: (from, to) => reporting(move(at(from), at(to))),
    remove: (path) => reporting(remove(at(path))),
    syncDirectory: (directory) => reporting(syncDirectory(at(directory))),
  }
}

async function readFile(path: string, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  await using file = await open(path, 'r')
  const { size } = await file.stat()
  const bytes = new Uint8Array(Math.min(size, maxBytes + 1))
  let filled = 0
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}

async function writeNewFile(path: string, bytes: Uint8Array): Promise<void> {
  await using file = await open(path, 'wx')
  await file.writeFile(bytes)
  await file.sync()
}

async function move(from: string, to: string): Promise<'moved' | 'taken'> {
  try {
    await rename(from, to)
    return 'moved'
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') return 'taken'
    // Windows says "not permitted" where the others say "not empty".
    if (code === 'EPERM' && (await exists(to))) return 'taken'
    throw error
  }
}

async function remove(path: string): Promise<void> {
  const isDirectory = await lstat(path).then((entry) => entry.isDirectory(), only('ENOENT', 'ENOTDIR'))
  if (isDirectory === true) await rmdir(path).catch(only('ENOENT', 'ENOTEMPTY', 'EEXIST'))
  if (isDirectory === false) await unlink(path).catch(only('ENOENT'))
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** Where a directory cannot be synced (Windows, some network file systems), its names are as durable as that system makes them. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(only('EPERM', 'EISDIR'))
  if (directory === undefined) return
  await directory
    .sync()
    .catch(only('EINVAL', 'ENOTSUP', 'EPERM'))
    .finally(() => directory.close())
}

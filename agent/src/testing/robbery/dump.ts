import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LIMITS } from '@cloudos/protocol/limits'
import type { BlobStore } from '@cloudos/protocol/ports'
import { createBlobStore } from '@cloudos/storage-adapters/blob-store'
import type { FolderFiles } from '@cloudos/storage-adapters/folder-files'
import { createFolderMedium } from '@cloudos/storage-adapters/folder-medium'

/** Every file of a folder medium by its path, as whoever takes the disk away has them. Never changed: a tampering is another one. */
export type Dump = ReadonlyMap<string, Uint8Array>

export async function dumpFolder(root: string): Promise<Dump> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  return new Map(
    await Promise.all(
      files.map(async (file) => [file.slice(root.length + 1), new Uint8Array(await readFile(file))] as const),
    ),
  )
}

/** The dump put back on a disk and opened as the folder medium that it is. */
export function storeOfDump(dump: Dump): BlobStore {
  const { blobMaxBytes: maxBlobBytes } = LIMITS
  const capabilities = { cas: true, maxBlobBytes, evictable: false, failureDomain: 'dump' }
  return createBlobStore(createFolderMedium(filesOf(dump), capabilities))
}

function filesOf(dump: Dump): FolderFiles {
  const readOnly = (): Promise<never> => Promise.reject(new Error('whoever reads a dump writes nothing'))
  return {
    list: (directory) => {
      const inside = [...dump.keys()].filter((path) => path.startsWith(directory + '/'))
      const names = new Set(inside.map((path) => path.slice(directory.length + 1).split('/')[0] ?? ''))
      return Promise.resolve(names.size === 0 ? undefined : [...names])
    },
    read: (file, maxBytes) => Promise.resolve(dump.get(file)?.slice(0, maxBytes + 1)),
    writeNew: readOnly,
    makeDirectory: readOnly,
    move: readOnly,
    replace: readOnly,
    remove: readOnly,
    syncDirectory: readOnly,
  }
}

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashId } from '@cloudos/crypto/hash'
import { LIMITS } from '@cloudos/protocol/limits'
import { createBlobStore } from '@cloudos/storage-adapters/blob-store'
import { connectFolder, foundFolder } from '@cloudos/storage-adapters/folder'
import type { FolderFiles } from '@cloudos/storage-adapters/folder-files'
import { createFolderMedium } from '@cloudos/storage-adapters/folder-medium'
import { encodeHeadRecord, findHeadRecord } from '@cloudos/storage-adapters/head-record'
import { dumpFolder } from './layout.ts'
import type { Dump, Layout, RobbableMedium } from './layout.ts'

const HEADS = 'h/profile/'

/** A folder, and what a WebDAV server keeps (storage-adapters/src/folder-heads.ts). */
export const folderLayout: Layout = {
  blobPath: (name) => 'b/' + name,
  fileOf: (bytes) => bytes,
  bytesOf: (file) => file,
  findHead(dump) {
    const newest = [...dump.keys()].filter((path) => path.startsWith(HEADS)).sort().at(-1) // prettier-ignore
    return findHeadRecord(new Uint8Array(dump.get(newest ?? '') ?? []))?.head
  },
  withoutHeads: (dump) => new Map([...dump].filter(([path]) => !path.startsWith(HEADS))),
  withHead(dump, head) {
    const record = encodeHeadRecord({ replaces: [], head: new Uint8Array(head) })
    return new Map([...dump, [`${HEADS}000000000999/${hashId(record)}`, record]])
  },
  storeOf(dump) {
    const { blobMaxBytes: maxBlobBytes } = LIMITS
    const capabilities = { cas: true, maxBlobBytes, evictable: false, failureDomain: 'dump' }
    return createBlobStore(createFolderMedium(filesOf(dump), capabilities))
  },
}

export async function foundRobbableFolder(): Promise<RobbableMedium> {
  const path = await mkdtemp(join(tmpdir(), 'cloudos-robbed-'))
  await foundFolder(path)
  return {
    layout: folderLayout,
    connect: () => connectFolder(path, 'disk'),
    dump: () => dumpFolder(path),
    witnessed: () => Promise.resolve([]),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  }
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

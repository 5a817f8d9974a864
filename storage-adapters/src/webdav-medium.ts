import type { Hash } from '@cloudos/protocol/ids'
import type { BlobStoreCapabilities } from '@cloudos/protocol/ports'
import { hashOf } from './blob-hash.ts'
import { createFolderMedium } from './folder-medium.ts'
import { unpublishedName } from './folder-names.ts'
import { discardingUnplaced, movedOrUnknown } from './folder-publish.ts'
import type { FolderFiles } from './folder-files.ts'
import type { Medium } from './medium.ts'
import type { DavRequests } from './webdav-client.ts'
import { createWebdavFiles } from './webdav-files.ts'
import { measureWebdav } from './webdav-room.ts'

/** The layout of a folder medium (folder-heads.ts) on a WebDAV server. */
export function createWebdavMedium(dav: DavRequests, capabilities: BlobStoreCapabilities): Medium {
  const within = (cut: AbortSignal) => createFolderMedium(createWebdavFiles(dav, cut), capabilities)
  return {
    capabilities,
    readHead: (name, cut) => within(cut).readHead(name, cut),
    tornHeads: async (name, cut) => (await within(cut).tornHeads?.(name, cut)) ?? [],
    casHead: (name, bytes, expected, cut) => within(cut).casHead(name, bytes, expected, cut),
    readBlob: (name, cut) => within(cut).readBlob(name, cut),
    writeBlob: (name, bytes, cut) =>
      writeBlob(createWebdavFiles(dav, cut), { name, bytes, maxBytes: capabilities.maxBlobBytes }),
    list: (prefix, cut) => within(cut).list(prefix, cut),
    delete: (stored, cut) => within(cut).delete(stored, cut),
    measureRoom: (cut) => measureWebdav(dav, cut),
    async [Symbol.asyncDispose]() {
      // Nothing stays open between requests.
    },
  }
}

interface Blob {
  readonly name: Hash
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly maxBytes: number
}

/**
 * A server may take a file away before it moves another to its place: what lies there whole is never replaced, so that nobody who reads
 * it meanwhile finds it gone.
 */
async function writeBlob(files: FolderFiles, blob: Blob): Promise<'stored' | 'unknown'> {
  if (await isWhole(files, blob)) return 'stored'
  const draft = unpublishedName()
  const placed = await discardingUnplaced(files, [draft], async () => {
    await files.writeNew(draft, blob.bytes)
    const first = await movedOrUnknown(files.move(draft, 'b/' + blob.name))
    if (first !== 'taken' || (await isWhole(files, blob))) return first
    return movedOrUnknown(files.replace(draft, 'b/' + blob.name))
  })
  return placed === 'unknown' ? 'unknown' : 'stored'
}

async function isWhole(files: FolderFiles, { name, maxBytes }: Blob): Promise<boolean> {
  const present = await files.read('b/' + name, maxBytes)
  return present !== undefined && (await hashOf(present)) === name
}

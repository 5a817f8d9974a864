import { LIMITS } from '@cloudos/protocol/limits'
import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import { createBlobStore } from '../../blob-store.ts'
import type { DriveGrant } from '../../drive-tokens.ts'
import { createFolderFiles } from '../../folder-files.ts'
import type { FolderFiles } from '../../folder-files.ts'
import { createFolderMedium } from '../../folder-medium.ts'
import type { HttpLineParts } from '../../http-line.ts'
import { S3_KEY } from '../fake-s3.ts'
import { createTestClock, createTestLine } from '../http-line.ts'
import { WEBDAV_ACCOUNT } from '../webdav-servers.ts'

/** Where a medium under trial lies: what another process needs to reach it. */
export type TrialPlace =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'webdav' | 's3'; readonly address: string }
  | { readonly kind: 'drive'; readonly url: string; readonly grant: DriveGrant }
  | { readonly kind: 'github'; readonly apiUrl: string; readonly token: string }

/** Stands around each single effect: a file operation, or a request. */
export type Step = <T>(effect: () => Promise<T>) => Promise<T>

const never = new AbortController().signal
export const GITHUB_REPOSITORY = { owner: 'somebody', repo: 'copies' }

/** A process that is killed starts with the one adapter that it needs. */
export async function connectPlace(
  place: TrialPlace,
  step: Step = (effect) => effect(),
  more: Partial<Pick<HttpLineParts, 'clock' | 'fetch'>> = {},
): Promise<ConnectedBlobStore> {
  const { clock = createTestClock(), fetch = globalThis.fetch } = more
  const line = createTestLine({ clock, fetch: (input, init) => step(() => fetch(input, init)) })
  switch (place.kind) {
    case 'folder':
      return createBlobStore(createFolderMedium(stepping(createFolderFiles(place.path), step), FOLDER))
    case 'webdav': {
      const { connectWebdav } = await import('../../webdav.ts')
      return connectWebdav({ address: place.address, credential: WEBDAV_ACCOUNT, line }, 'server', never)
    }
    case 's3': {
      const { connectS3 } = await import('../../s3.ts')
      return connectS3({ address: place.address, credential: S3_KEY, line }, 'server', never)
    }
    case 'drive': {
      const { connectDrive } = await import('../../drive.ts')
      const service = { apiUrl: place.url, tokenUrl: `${place.url}token` }
      return connectDrive({ grant: place.grant, line, clock, service }, 'somebody', never)
    }
    case 'github': {
      const { connectGithub } = await import('../../github.ts')
      const { apiUrl, token } = place
      return (await connectGithub({ apiUrl, token, repository: GITHUB_REPOSITORY, line }, never)).store
    }
  }
}

const FOLDER = { cas: true, maxBlobBytes: LIMITS.blobMaxBytes, evictable: false, failureDomain: 'disk' }

function stepping(files: FolderFiles, step: Step): FolderFiles {
  return {
    list: (path) => step(() => files.list(path)),
    read: (path, maxBytes) => step(() => files.read(path, maxBytes)),
    writeNew: (path, bytes) => step(() => files.writeNew(path, bytes)),
    makeDirectory: (path) => step(() => files.makeDirectory(path)),
    move: (from, to) => step(() => files.move(from, to)),
    replace: (from, to) => step(() => files.replace(from, to)),
    remove: (path) => step(() => files.remove(path)),
    syncDirectory: (path) => step(() => files.syncDirectory(path)),
  }
}

import { CloudError } from '@cloudos/protocol/cloud-error'
import { utf8 } from '@cloudos/protocol/bytes'
import { LIMITS } from '@cloudos/protocol/limits'
import type { ConnectedBlobStore } from '@cloudos/protocol/ports'
import { createBlobStore } from './blob-store.ts'
import { probeMove } from './folder-probe.ts'
import { refused } from './http-answer.ts'
import type { HttpLine } from './http-line.ts'
import { createMediumError } from './medium-error.ts'
import { createDavRequests } from './webdav-client.ts'
import type { DavRequests, WebdavCredential } from './webdav-client.ts'
import { createWebdavFiles } from './webdav-files.ts'
import { createWebdavMedium } from './webdav-medium.ts'

export interface WebdavPlace {
  /** An http(s) URL of a folder, whose parent exists. */
  readonly address: string
  readonly credential: WebdavCredential | undefined
  readonly line: HttpLine
}

const DIRECTORIES = ['tmp', 'b', 'h'] as const
const NOTE = utf8(`This folder holds a CloudOS profile, sealed: nothing in it can be read without a way in.
Keep it whole. Copying it to a safe place is a backup; deleting files in it loses data.
`)

/**
 * Makes a folder on a WebDAV server a medium; harmless when it is one. Rejects in the words of the port, and with 'medium-failed' when
 * the server cannot keep two writers apart.
 */
export async function foundWebdav(place: WebdavPlace, cut: AbortSignal): Promise<void> {
  const dav = requestsTo(place)
  await makeRoot(dav, cut)
  const files = createWebdavFiles(dav, cut)
  for (const directory of DIRECTORIES) await files.makeDirectory(directory)
  if ((await files.read('README.txt', NOTE.length)) === undefined) await files.writeNew('README.txt', NOTE)
  await requireExclusiveMoves(place, cut)
}

/**
 * Opens a folder that `foundWebdav` has made a medium. `medium-gone` when it is none; 'medium-failed' when the server does not keep the
 * condition on which two writers rely, which is tried each time.
 */
export async function connectWebdav(
  place: WebdavPlace,
  failureDomain: string,
  cut: AbortSignal,
): Promise<ConnectedBlobStore> {
  const dav = requestsTo(place)
  for (const directory of ['b', 'h']) await createWebdavFiles(dav, cut).list(directory)
  await requireExclusiveMoves(place, cut)
  await clearLeftovers(dav, cut)
  const size = { maxBlobBytes: LIMITS.blobMaxBytes, tellsRoom: 'place' as const }
  const capabilities = { cas: true, ...size, evictable: false, failureDomain }
  return createBlobStore(createWebdavMedium(dav, capabilities))
}

function requestsTo({ address, credential, line }: WebdavPlace): DavRequests {
  return createDavRequests(address, credential, line)
}

/** Asks before it makes anything: a wrong password should be told as one. */
async function makeRoot(dav: DavRequests, cut: AbortSignal): Promise<void> {
  if ((await dav.members('', cut)) !== undefined) return
  const answer = await dav.send('MKCOL', '/', { repeats: true }, cut)
  if (answer.status === 409 || answer.status === 404)
    throw createMediumError('medium-gone', 'The folder above it does not exist on the server. Make it first.')
  if (answer.status >= 300 && answer.status !== 405) throw refused(answer)
}

/** A server that is full or read-only now can be read all the same. */
async function requireExclusiveMoves({ address, ...place }: WebdavPlace, cut: AbortSignal): Promise<void> {
  const probe = await probeMove(createWebdavFiles(requestsTo({ address, ...place }), cut))
  if (probe !== 'not-exclusive') return
  throw new CloudError(
    'medium-failed',
    `${new URL(address).host} moves a folder over another one although it was asked not to (Overwrite: F). Two devices that write at once would lose edits there, so no copy is kept on it.`,
  )
}

const LEFTOVER_AGE_MS = 24 * 60 * 60_000

/** What killed writers left unpublished, by the server's own clock. */
async function clearLeftovers(dav: DavRequests, cut: AbortSignal): Promise<void> {
  const { nowMs = 0, members = [] } = (await dav.members('tmp', cut)) ?? {}
  const files = createWebdavFiles(dav, cut)
  for (const { name, changedAtMs } of members)
    if (changedAtMs !== undefined && nowMs - changedAtMs > LEFTOVER_AGE_MS) await files.remove(`tmp/${name}`)
}

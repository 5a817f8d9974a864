import { CloudError } from '@cloudos/protocol/cloud-error'
import type { FolderFiles } from './folder-files.ts'
import { refused } from './http-answer.ts'
import type { HttpAnswer } from './http-answer.ts'
import { createMediumError } from './medium-error.ts'
import type { DavRequests } from './webdav-client.ts'

/**
 * The file operations of a folder medium on a WebDAV server. Its compare-and-swap is MOVE with `Overwrite: F`: of the conditions that
 * HTTP and WebDAV know, this one is kept by servers that ignore `If-Match`, and by those that look first and write later.
 */
export function createWebdavFiles(dav: DavRequests, cut: AbortSignal): FolderFiles {
  const once = { repeats: false }
  const again = { repeats: true }

  async function list(directory: string): Promise<readonly string[] | undefined> {
    const listed = await dav.members(directory, cut)
    if (listed === undefined && directory.length === 1) throw gone()
    return listed?.members.map(({ name }) => name)
  }

  async function isThere(directory: string): Promise<boolean> {
    return (await dav.members(directory, cut)) !== undefined
  }

  async function isFileThere(path: string): Promise<boolean> {
    return !isAbsent(await dav.send('HEAD', path, again, cut))
  }

  /** Not every server says `412` for a race that was lost, and some answers never come: where it lies now tells. */
  async function afterDoubt(from: string, to: string, doubt: Error): Promise<'moved' | 'taken'> {
    if (!(await isThere(from))) return 'moved'
    if (await isThere(to)) return 'taken'
    throw doubt
  }

  return {
    list,
    async read(file, maxBytes) {
      const answer = await dav.send('GET', file, { ...again, maxBytes }, cut)
      if (isAbsent(answer)) return undefined
      if (answer.status === 200) return answer.body
      throw refused(answer)
    },
    // Nobody else knows the name, so it may be sent again.
    async writeNew(file, bytes) {
      const answer = await dav.send('PUT', file, { ...again, body: new Uint8Array(bytes) }, cut)
      if (isAbsent(answer) || answer.status === 409) throw gone()
      require(answer)
    },
    async makeDirectory(directory) {
      const make = () => dav.send('MKCOL', `${directory}/`, again, cut)
      const first = await make()
      // One that was made at the same moment makes some servers say no; asked again they say that it is there.
      const answer = isPassing(first) ? await make() : first
      if (isAbsent(answer) || answer.status === 409) throw gone()
      if (answer.status !== 405 && !(isRefused(answer) && (await isThere(directory)))) require(answer)
    },
    async move(from, to) {
      const headers = { Destination: dav.urlOf(to), Overwrite: 'F' }
      const ask = () => dav.send('MOVE', from, { ...once, headers }, cut).catch(doubtful)
      const first = await ask()
      // Lost at the same moment, some say no in words that mean something else. What still lies where it did may be moved again.
      const isOpen = !(first instanceof CloudError) && isPassing(first) && (await isThere(from))
      const answer = isOpen ? await ask() : first
      if (answer instanceof CloudError) return afterDoubt(from, to, answer)
      if (answer.status === 412) return 'taken'
      if (isMoved(answer)) return 'moved'
      return afterDoubt(from, to, isAbsent(answer) || answer.status === 409 ? gone() : refused(answer))
    },
    async replace(from, to) {
      const headers = { Destination: dav.urlOf(to), Overwrite: 'T' }
      const answer = await dav.send('MOVE', from, { ...once, headers }, cut)
      if (isMoved(answer)) return 'moved'
      throw refused(answer)
    },
    async remove(path) {
      const isDirectory = !/^(b|tmp|h\/[^/]+\/\d+)\/[^/]+$/.test(path)
      // A server takes away what a collection holds with it.
      const isInUse = async () => isDirectory && ((await list(path)) ?? []).length > 0
      if (await isInUse()) return
      const answer = await dav.send('DELETE', path, once, cut)
      if (isAbsent(answer) || !isRefused(answer)) return
      if (answer.status !== 207 && answer.status !== 403) throw refused(answer)
      // An earlier request, cut off on its way back, may have been faster: Apache then says these, not `404`.
      const isLeft = isDirectory ? (await isThere(path)) && !(await isInUse()) : await isFileThere(path)
      if (isLeft) throw refused(answer)
    },
    // What a server has answered is as durable as it makes it.
    syncDirectory: () => Promise.resolve(),
  }
}

function doubtful(cause: unknown): CloudError {
  if (cause instanceof CloudError && cause.code === 'medium-unreachable') return cause
  throw cause
}

function isAbsent({ status }: HttpAnswer): boolean {
  return status === 404 || status === 410
}

/** 207 tells of members with which it was not done. */
function isRefused({ status }: HttpAnswer): boolean {
  return status < 200 || status > 299 || status === 207
}

/** The two that RFC 4918 has for it: a network's sign-in page, which answers in the place of the server, says 200. */
function isMoved({ status }: HttpAnswer): boolean {
  return status === 201 || status === 204
}

/** What Apache says to one of two who do the same at once. */
function isPassing({ status }: HttpAnswer): boolean {
  return status === 403 || status === 500
}

/** Throws in the words of the port unless it was done. */
function require(answer: HttpAnswer): void {
  if (isRefused(answer)) throw refused(answer)
}

function gone(): Error {
  return createMediumError(
    'medium-gone',
    'The folder on the server no longer holds a profile, or it was moved. Nothing was changed.',
  )
}

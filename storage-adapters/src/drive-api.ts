import { Readable } from 'node:stream'
import { drive } from '@googleapis/drive'
import type { drive_v3 } from '@googleapis/drive'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Room } from '@cloudos/protocol/room'
import { roomFrom } from '@cloudos/protocol/room'
import { brokenOff, parsedJson, refusedByDrive } from './drive-error.ts'
import { driveFetch } from './drive-fetch.ts'
import type { DriveTokens } from './drive-tokens.ts'
import type { HttpLine } from './http-line.ts'

/** The few requests of Drive's interface that a medium stands on. They reject with `CloudError`, its code a `MediumFault`. */
export interface DriveApi {
  /** Ids that no file has had, for files of the application's own folder. */
  drawIds(count: number, cut: AbortSignal): Promise<readonly string[]>
  /** `taken`: a file with this id is there. */
  create(file: NewFile, how: HowToCreate, cut: AbortSignal): Promise<Created>
  /** At most so many and one more; `undefined` where there is no such file. */
  read(id: string, maxBytes: number, cut: AbortSignal): Promise<Uint8Array<ArrayBuffer> | undefined>
  /** The SHA-256 of what lies there, as Drive reckons it; `undefined` where there is no such file, or Drive does not say. */
  checksum(id: string, cut: AbortSignal): Promise<string | undefined>
  /** In the order of names. What was written or deleted just now may not show yet. */
  list(wanted: DriveSearch, cut: AbortSignal): AsyncIterable<DriveFile>
  remove(id: string, cut: AbortSignal): Promise<void>
  /** Of the whole account, which mail and photos share. */
  room(cut: AbortSignal): Promise<Room>
  /** Whose Drive this is: an address of electronic mail. */
  account(cut: AbortSignal): Promise<string>
}

export interface NewFile {
  readonly id: string
  readonly name: string
  readonly bytes: Uint8Array
}

export interface HowToCreate {
  /** It is asked again when no answer comes, and may then be `taken` by itself. */
  readonly repeats: boolean
  /** Asked right before each sending; when it may not, nothing is sent and the outcome is `unknown`. */
  readonly mayStill?: () => boolean
}

/** `atMs`: when it was made by Google's clock; left out when the answer does not say. */
export type Created =
  { readonly kind: 'made'; readonly atMs?: number } | { readonly kind: 'taken' } | { readonly kind: 'unknown' }

export interface DriveSearch {
  /** In Drive's language for searching. */
  readonly query: string
  readonly order: 'name' | 'name desc'
  readonly pageSize?: number
}

export interface DriveFile {
  readonly id: string
  readonly name: string
  readonly createdAtMs: number
  readonly checksum: string | undefined
}

const GOOGLE = 'https://www.googleapis.com/'
const SPACE = 'appDataFolder'
const PAGE_SIZE = 1_000
const ANSWER_MAX_BYTES = LIMITS.blobMaxBytes + 1024 * 1024

interface Answer<T> {
  readonly status: number
  /** Text where the JSON broke off. */
  readonly data: T
}

export interface DriveLine {
  readonly line: HttpLine
  readonly tokens: DriveTokens
  /** Another one than Google's, for tests. */
  readonly apiUrl?: string | undefined
}

export function createDriveApi({ line, tokens, apiUrl = GOOGLE }: DriveLine): DriveApi {
  const { files, about } = drive({ version: 'v3', rootUrl: apiUrl })
  const once = driveFetch(line, tokens, { repeats: false, maxBytes: ANSWER_MAX_BYTES })
  // Uploads go to Google's own address unless each call names another.
  const options = (signal: AbortSignal, responseType: 'json' | 'arraybuffer' = 'json') => ({
    rootUrl: apiUrl,
    signal,
    responseType,
    retry: false,
    validateStatus: () => true,
    fetchImplementation: once,
  })

  return {
    async drawIds(count, cut) {
      const { ids } = await answered(files.generateIds({ count, space: SPACE, type: 'files' }, options(cut)), cut)
      if (ids === undefined || ids === null || ids.length === 0) throw brokenOff()
      return ids
    },
    async create({ id, name, bytes }, { repeats, mayStill }, cut) {
      const requestBody = { id, name, parents: [SPACE] } satisfies drive_v3.Schema$File
      const media = { mimeType: 'application/octet-stream', body: Readable.from([Buffer.from(bytes)]) }
      const asked = files.create(
        { requestBody, media, fields: 'id,createdTime' },
        {
          ...options(cut),
          fetchImplementation: driveFetch(line, tokens, { repeats, maxBytes: ANSWER_MAX_BYTES, mayStill }),
        },
      )
      const answer = await asked.catch((error: unknown) => unanswered(error, cut))
      if (answer === undefined || (answer.status >= 500 && answer.status !== 507)) return { kind: 'unknown' }
      if (answer.status === 409) return { kind: 'taken' }
      if (answer.status >= 300) throw refusedByDrive(answer.status, answer.data)
      const atMs = Date.parse(isJson(answer.data) ? (answer.data.createdTime ?? '') : '')
      return { kind: 'made', ...(!Number.isNaN(atMs) && { atMs }) }
    },
    async read(id, maxBytes, cut) {
      const { status, data } = await settled(files.get({ fileId: id, alt: 'media' }, options(cut, 'arraybuffer')), cut)
      if (status === 404) return undefined
      const body: unknown = data
      if (!(body instanceof ArrayBuffer)) throw brokenOff()
      if (status !== 200) throw refusedByDrive(status, parsedJson(new TextDecoder().decode(body)))
      return new Uint8Array(body.slice(0, maxBytes + 1))
    },
    async checksum(id, cut) {
      const { status, data } = await settled(files.get({ fileId: id, fields: 'sha256Checksum' }, options(cut)), cut)
      if (status === 404) return undefined
      if (status !== 200) throw refusedByDrive(status, data)
      return isJson(data) ? (data.sha256Checksum ?? undefined) : undefined
    },
    async *list({ query, order, pageSize = PAGE_SIZE }, cut) {
      let pageToken: string | undefined
      do {
        const page: drive_v3.Schema$FileList = await answered(
          files.list(
            {
              spaces: SPACE,
              q: query,
              orderBy: order,
              pageSize,
              fields: 'nextPageToken,files(id,name,createdTime,sha256Checksum)',
              ...(pageToken !== undefined && { pageToken }),
            },
            options(cut),
          ),
          cut,
        )
        if (page.files === undefined) throw brokenOff()
        for (const file of page.files) yield fileFrom(file)
        pageToken = page.nextPageToken ?? undefined
      } while (pageToken !== undefined)
    },
    async remove(id, cut) {
      const { status, data } = await settled(files.delete({ fileId: id }, options(cut)), cut)
      if (status !== 404 && status >= 300) throw refusedByDrive(status, data)
    },
    async room(cut) {
      const { storageQuota } = await answered(about.get({ fields: 'storageQuota(limit,usage)' }, options(cut)), cut)
      const [usedBytes, totalBytes] = [bytesFrom(storageQuota?.usage), bytesFrom(storageQuota?.limit)]
      return usedBytes === undefined ? {} : roomFrom(totalBytes, usedBytes)
    },
    async account(cut) {
      const { user } = await answered(about.get({ fields: 'user(emailAddress)' }, options(cut)), cut)
      const address = user?.emailAddress
      if (typeof address !== 'string' || address === '') throw brokenOff()
      return address
    },
  }
}

async function answered<T>(asked: Promise<Answer<T>>, cut: AbortSignal): Promise<T> {
  const { status, data } = await settled(asked, cut)
  if (status !== 200) throw refusedByDrive(status, data)
  if (!isJson(data)) throw brokenOff()
  return data
}

/** Google's client puts every rejection into one of its own. */
async function settled<T>(asked: Promise<Answer<T>>, cut: AbortSignal): Promise<Answer<T>> {
  try {
    return await asked
  } catch (error) {
    cut.throwIfAborted()
    throw causeOf(error)
  }
}

/** Resolves when a change may have been made although no answer has come. */
function unanswered(error: unknown, cut: AbortSignal): undefined {
  const cause = causeOf(error)
  if (cut.aborted || (cause instanceof CloudError && cause.code === 'medium-unreachable')) return undefined
  throw cause
}

function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? error.cause : error
}

/** Google writes numbers of 64 bits as text; an account without a bound has no limit. */
function bytesFrom(text: string | null | undefined): number | undefined {
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

function isJson(data: unknown): boolean {
  return typeof data === 'object' && data !== null
}

function fileFrom({ id, name, createdTime, sha256Checksum }: drive_v3.Schema$File): DriveFile {
  if (typeof id !== 'string' || typeof name !== 'string') throw brokenOff()
  return { id, name, createdAtMs: Date.parse(createdTime ?? ''), checksum: sha256Checksum ?? undefined }
}

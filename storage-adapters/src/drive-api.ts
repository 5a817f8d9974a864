import type { drive_v3 } from '@googleapis/drive'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { roomFrom } from '@cloudos/protocol/room'
import { brokenOff, parsedJson, refusedByDrive } from './drive-error.ts'
import type { DriveApi, DriveFile } from './drive-port.ts'
import { SPACE } from './drive-transport.ts'
import type { Asked, DriveTransport } from './drive-transport.ts'

const PAGE_SIZE = 1_000

/** What Drive's answers mean, however they come. */
export function createDriveApi(drive: DriveTransport): DriveApi {
  return {
    async drawIds(count, cut) {
      const { ids } = await answered(drive.generateIds({ count, space: SPACE, type: 'files' }, cut), cut)
      if (ids === undefined || ids === null || ids.length === 0) throw brokenOff()
      return ids
    },
    async create(file, how, cut) {
      const answer = await drive
        .create(file, 'id,createdTime', how, cut)
        .catch((error: unknown) => unanswered(error, cut))
      if (answer === undefined || (answer.status >= 500 && answer.status !== 507)) return { kind: 'unknown' }
      if (answer.status === 409) return { kind: 'taken' }
      if (answer.status >= 300) throw refusedByDrive(answer.status, answer.data)
      const atMs = Date.parse(isJson(answer.data) ? (answer.data.createdTime ?? '') : '')
      return { kind: 'made', ...(!Number.isNaN(atMs) && { atMs }) }
    },
    async read(id, maxBytes, cut) {
      const { status, data } = await settled(drive.download(id, cut), cut)
      if (status === 404) return undefined
      const body: unknown = data
      if (!(body instanceof ArrayBuffer)) throw brokenOff()
      if (status !== 200) throw refusedByDrive(status, parsedJson(new TextDecoder().decode(body)))
      return new Uint8Array(body.slice(0, maxBytes + 1))
    },
    async checksum(id, cut) {
      const { status, data } = await settled(drive.get({ fileId: id, fields: 'sha256Checksum' }, cut), cut)
      if (status === 404) return undefined
      if (status !== 200) throw refusedByDrive(status, data)
      return isJson(data) ? (data.sha256Checksum ?? undefined) : undefined
    },
    async *list({ query, order, pageSize = PAGE_SIZE }, cut) {
      let pageToken: string | undefined
      do {
        const page: drive_v3.Schema$FileList = await answered(
          drive.list(
            {
              spaces: SPACE,
              q: query,
              orderBy: order,
              pageSize,
              fields: 'nextPageToken,files(id,name,createdTime,sha256Checksum)',
              ...(pageToken !== undefined && { pageToken }),
            },
            cut,
          ),
          cut,
        )
        if (page.files === undefined) throw brokenOff()
        for (const file of page.files) yield fileFrom(file)
        pageToken = page.nextPageToken ?? undefined
      } while (pageToken !== undefined)
    },
    async remove(id, cut) {
      const { status, data } = await settled(drive.delete(id, cut), cut)
      if (status !== 404 && status >= 300) throw refusedByDrive(status, data)
    },
    async room(cut) {
      const { storageQuota } = await answered(drive.about({ fields: 'storageQuota(limit,usage)' }, cut), cut)
      const [usedBytes, totalBytes] = [bytesFrom(storageQuota?.usage), bytesFrom(storageQuota?.limit)]
      return usedBytes === undefined ? {} : roomFrom(totalBytes, usedBytes)
    },
    async account(cut) {
      const { user } = await answered(drive.about({ fields: 'user(emailAddress)' }, cut), cut)
      const address = user?.emailAddress
      if (typeof address !== 'string' || address === '') throw brokenOff()
      return address
    },
  }
}

async function answered<T>(asked: Asked<T>, cut: AbortSignal): Promise<T> {
  const { status, data } = await settled(asked, cut)
  if (status !== 200) throw refusedByDrive(status, data)
  if (!isJson(data)) throw brokenOff()
  return data
}

async function settled<T>(asked: Asked<T>, cut: AbortSignal): Asked<T> {
  try {
    return await asked
  } catch (error) {
    cut.throwIfAborted()
    throw error
  }
}

/** Resolves when a change may have been made although no answer has come. */
function unanswered(error: unknown, cut: AbortSignal): undefined {
  if (cut.aborted || (error instanceof CloudError && error.code === 'medium-unreachable')) return undefined
  throw error
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

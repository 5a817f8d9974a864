import { createHash } from 'node:crypto'
import type { drive_v3 } from '@googleapis/drive'
import { sha256Of } from './drive-space.ts'
import type { SpaceFile } from './drive-space.ts'

/*
 * Answers in the shapes of the types that Google generates from its description of Drive: `satisfies` lets no other field in. There is
 * no ETag, in no body and in no header: the third version of the interface has none.
 */

export function fileAnswer(file: SpaceFile) {
  const at = new Date(file.createdAtMs).toISOString()
  return {
    kind: 'drive#file',
    id: file.id,
    name: file.name,
    mimeType: 'application/octet-stream',
    parents: ['appDataFolder'],
    spaces: ['appDataFolder'],
    createdTime: at,
    modifiedTime: at,
    size: String(file.content.length),
    md5Checksum: createHash('md5').update(file.content).digest('hex'),
    sha256Checksum: sha256Of(file.content),
    ownedByMe: true,
    trashed: false,
  } satisfies drive_v3.Schema$File
}

export function listAnswer(files: readonly SpaceFile[], nextPageToken: string | undefined) {
  return {
    kind: 'drive#fileList',
    incompleteSearch: false,
    files: files.map(fileAnswer),
    ...(nextPageToken !== undefined && { nextPageToken }),
  } satisfies drive_v3.Schema$FileList
}

export function idsAnswer(ids: string[], space: string) {
  return { kind: 'drive#generatedIds', space, ids } satisfies drive_v3.Schema$GeneratedIds
}

export function aboutAnswer(
  emailAddress: string,
  { usedBytes, quotaBytes }: { usedBytes: number; quotaBytes: number },
) {
  const usage = String(usedBytes)
  return {
    kind: 'drive#about',
    storageQuota: { limit: String(quotaBytes), usage, usageInDrive: usage, usageInDriveTrash: '0' },
    user: { kind: 'drive#user', displayName: 'Somebody', me: true, permissionId: '0001', emailAddress },
  } satisfies drive_v3.Schema$About
}

/** As https://developers.google.com/workspace/drive/api/guides/handle-errors shows them. */
export interface DriveErrorAnswer {
  readonly error: {
    readonly errors: readonly [{ readonly domain: string; readonly reason: string; readonly message: string }]
    readonly code: number
    readonly message: string
  }
}

const REASONS: Readonly<Record<number, readonly [domain: string, reason: string, message: string]>> = {
  400: ['global', 'badRequest', 'Bad Request'],
  401: ['global', 'authError', 'Invalid Credentials'],
  403: ['global', 'insufficientFilePermissions', 'The user does not have sufficient permissions for this file.'],
  404: ['global', 'notFound', 'File not found.'],
  409: ['global', 'fileIdInUse', 'A file already exists with the provided ID.'],
  429: ['usageLimits', 'rateLimitExceeded', 'Rate Limit Exceeded'],
}

export function errorAnswer(code: number, reason?: string): DriveErrorAnswer {
  const [domain, known, message] = REASONS[code] ?? ['global', 'backendError', 'Backend Error']
  return { error: { errors: [{ domain, reason: reason ?? known, message }], code, message } }
}

/** Only what `fields` asks for, as Drive does it; without it a few fields. */
export function selected(answer: object, fields: string | null): object {
  const wanted = fieldsOf(fields ?? 'kind,id,name,mimeType')
  return Object.fromEntries(
    Object.entries(answer).flatMap(([name, value]: [string, unknown]) => {
      const inner = wanted.get(name)
      if (inner === undefined) return []
      if (inner === '' || typeof value !== 'object' || value === null) return [[name, value]]
      return [[name, Array.isArray(value) ? value.map((one: object) => selected(one, inner)) : selected(value, inner)]]
    }),
  )
}

/** `a,b(c,d)`: by name what is asked for within, empty for all of it. */
function fieldsOf(text: string): ReadonlyMap<string, string> {
  const found = text.matchAll(/(\w+)(?:\(([^)]*)\))?/g)
  return new Map([...found].map(([, name = '', inner = '']) => [name, inner]))
}

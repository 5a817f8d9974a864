import type { HttpFault, ProxiedRequest } from '../fault-proxy.ts'
import type { TrialKind } from '../trial/media.ts'

/** How a medium says by HTTP what the cases are about. */
export interface Dialect {
  /** The one request that makes a head what it is from then on. */
  readonly decides: (request: ProxiedRequest) => boolean
  /** Fetches what lies under the name of a blob. */
  readonly fetches: (request: ProxiedRequest) => boolean
  /** Asks for names, or for a part of them. */
  readonly lists: (request: ProxiedRequest) => boolean
  /** That there is no room left; `undefined` where no such thing is said. */
  readonly full: HttpFault | undefined
  /** That the whole medium is away. */
  readonly gone: HttpFault
  /** Makes the clock that a request names a wrong one; `undefined` where requests name none. */
  readonly skewed: HttpFault | undefined
  /** Whether lists may lag behind what is read by name. */
  readonly listsLag: boolean
}

const webdav: Dialect = {
  decides: ({ method, headers }) => method === 'MOVE' && String(headers['destination']).includes('/h/'),
  fetches: ({ method, path }) => method === 'GET' && path.includes('/b/'),
  lists: ({ method }) => method === 'PROPFIND',
  full: { kind: 'answer', status: 507 },
  gone: { kind: 'answer', status: 404 },
  skewed: undefined,
  listsLag: true,
}

const s3: Dialect = {
  decides: ({ method, path }) => method === 'PUT' && path.includes('/h/'),
  fetches: ({ method, path }) => method === 'GET' && path.includes('/b/'),
  lists: ({ path }) => path.includes('list-type'),
  full: s3Refusal(403, 'QuotaExceeded'),
  gone: s3Refusal(404, 'NoSuchBucket'),
  skewed: { kind: 'rewrite', headers: { 'x-amz-date': '20200101T000000Z' } },
  listsLag: true,
}

const github: Dialect = {
  decides: ({ method, path }) => method === 'PATCH' && path.includes('/git/refs/'),
  fetches: ({ method, path }) => method === 'GET' && path.includes('/git/blobs/'),
  lists: ({ method, path }) => method === 'GET' && path.includes('/git/trees/'),
  full: undefined,
  gone: {
    kind: 'answer',
    status: 404,
    headers: { 'content-type': 'application/json' },
    body: '{"message":"Not Found"}',
  },
  skewed: undefined,
  listsLag: false,
}

const drive: Dialect = {
  decides: ({ method, path }) => method === 'POST' && path.startsWith('/upload'),
  fetches: ({ method, path }) => method === 'GET' && path.includes('alt=media'),
  lists: ({ method, path }) => method === 'GET' && path.startsWith('/drive/v3/files?'),
  full: driveRefusal(403, 'storageQuotaExceeded'),
  gone: driveRefusal(404, 'notFound'),
  skewed: undefined,
  listsLag: true,
}

/** `undefined` for a medium that is reached by no HTTP. */
export function dialectOf({ name }: Pick<TrialKind, 'name'>): Dialect | undefined {
  if (name.startsWith('webdav')) return webdav
  return new Map([['s3', s3], ['github', github], ['drive', drive]]).get(name) // prettier-ignore
}

function s3Refusal(status: number, code: string): HttpFault {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code></Error>`
  return { kind: 'answer', status, headers: { 'content-type': 'application/xml' }, body }
}

function driveRefusal(status: number, reason: string): HttpFault {
  const body = JSON.stringify({ error: { errors: [{ domain: 'global', reason, message: reason }], code: status } })
  return { kind: 'answer', status, headers: { 'content-type': 'application/json; charset=UTF-8' }, body }
}

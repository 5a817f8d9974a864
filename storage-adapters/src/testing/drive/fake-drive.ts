import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { aboutAnswer, errorAnswer, fileAnswer, idsAnswer, listAnswer, selected } from './answers.ts'
import { createDriveSpace } from './drive-space.ts'
import type { DriveSpace, SpaceFile } from './drive-space.ts'
import { createFakeOauth } from './fake-oauth.ts'
import type { FakeOauth } from './fake-oauth.ts'

export interface DriveAsked {
  readonly method: string
  /** Without the query; ids of files are left as they are. */
  readonly path: string
  readonly query: URLSearchParams
  readonly bodyBytes: number
}

/** The application's own folder of one account, and the sign-in to it, on loopback. Speaks the third version of Drive's interface. */
export interface FakeDrive extends AsyncDisposable {
  readonly url: string
  readonly space: DriveSpace
  readonly oauth: FakeOauth
  readonly asked: readonly DriveAsked[]
  /** Files on one page at most. */
  pageMax: number
  /** Once, the second page of a list is the first one again. */
  repeatsFirstPage: boolean
  /** The reason of a refusal with 403 or 429, by Google's own word. */
  refusal: (asked: DriveAsked) => { readonly status: number; readonly reason: string } | undefined
}

interface Reply {
  readonly status: number
  readonly body?: object | Buffer
  readonly headers?: Readonly<Record<string, string>>
}

const SPACE = 'appDataFolder'

export async function startFakeDrive(): Promise<FakeDrive> {
  const space = createDriveSpace()
  const oauth = createFakeOauth()
  const asked: DriveAsked[] = []
  const server = createServer((request, response) => {
    void serve(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  const fake: FakeDrive = {
    url: `http://127.0.0.1:${String(port)}/`,
    space,
    oauth,
    asked,
    pageMax: 1_000,
    repeatsFirstPage: false,
    refusal: () => undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return fake

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request)
    const url = new URL(request.url ?? '/', fake.url)
    const { method = 'GET' } = request
    const one = { method, path: url.pathname, query: url.searchParams, bodyBytes: body.length }
    asked.push(one)
    const reply = isPreflight(request) ? PREFLIGHT : answer(one, request.headers, body)
    send(response, reply, crossOrigin(url.pathname, request.headers.origin))
  }

  function answer(one: DriveAsked, headers: IncomingMessage['headers'], body: Buffer): Reply {
    const { method, path, query } = one
    if (path === '/token' && method === 'POST') return oauth.token(new URLSearchParams(body.toString()), space.nowMs)
    if (path === '/o/oauth2/v2/auth') {
      const consent = oauth.authorise(query, space.nowMs)
      return 'location' in consent
        ? { status: 302, headers: { location: consent.location } }
        : { status: 400, body: Buffer.from(consent.refusal) }
    }
    const refusal = fake.refusal(one)
    if (refusal !== undefined) return failed(refusal.status, refusal.reason)
    if (!oauth.isGood((headers.authorization ?? '').replace('Bearer ', ''), space.nowMs)) return failed(401)
    if (!oauth.grantsFolder) return failed(403, 'insufficientPermissions')
    return act(one, headers, body)
  }

  function act({ method, path, query }: DriveAsked, headers: IncomingMessage['headers'], body: Buffer): Reply {
    const fields = query.get('fields')
    switch (`${method} ${path}`) {
      case 'GET /drive/v3/about':
        return fields === null ? failed(400) : json(aboutAnswer(oauth.email, space), fields)
      case 'GET /drive/v3/files/generateIds': {
        const count = Math.min(1_000, Number(query.get('count') ?? 10))
        const ids = Array.from({ length: count }, () => space.drawId())
        return { status: 200, body: idsAnswer(ids, query.get('space') ?? 'drive') }
      }
      case 'GET /drive/v3/files':
        return list(query)
      case 'POST /upload/drive/v3/files':
        return upload(query, headers['content-type'] ?? '', body)
    }
    const id = /^\/drive\/v3\/files\/([\w-]+)$/.exec(path)?.[1] ?? ''
    const file = space.files.get(id)
    if (file === undefined) return failed(404)
    if (method === 'DELETE') return { status: space.remove(id) ? 204 : 404 }
    if (method !== 'GET') return failed(400)
    return query.get('alt') === 'media' ? { status: 200, body: file.content } : json(fileAnswer(file), fields)
  }

  function list(query: URLSearchParams): Reply {
    if (query.get('spaces') !== SPACE) return failed(400)
    const found = space.listed().filter(searchOf(query.get('q') ?? ''))
    const sign = query.get('orderBy') === 'name desc' ? -1 : 1
    found.sort((a, b) => sign * (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : 1))
    const wanted = Number(query.get('pageToken')?.replace('page-', '') ?? 0)
    const isRepeated = wanted > 0 && fake.repeatsFirstPage
    if (isRepeated) fake.repeatsFirstPage = false
    const from = isRepeated ? 0 : wanted
    const to = from + Math.min(fake.pageMax, Number(query.get('pageSize') ?? 100))
    return json(listAnswer(found.slice(from, to), to < found.length ? `page-${String(to)}` : undefined), query.get('fields')) // prettier-ignore
  }

  function upload(query: URLSearchParams, contentType: string, body: Buffer): Reply {
    const parts = query.get('uploadType') === 'multipart' ? partsOf(contentType, body) : undefined
    if (parts === undefined) return failed(400)
    const metadata: unknown = JSON.parse(parts.metadata.toString())
    const { id, name, parents } = metadata as { id?: unknown; name?: unknown; parents?: unknown }
    if (typeof id !== 'string' || typeof name !== 'string' || !Array.isArray(parents) || parents[0] !== SPACE)
      return failed(400)
    const made = space.create(id, name, parts.content)
    switch (made) {
      case 'taken':
        return failed(409)
      case 'full':
        return failed(403, 'storageQuotaExceeded')
      case 'bad-id':
        return failed(400, 'invalid')
      default:
        return json(fileAnswer(made), query.get('fields'))
    }
  }
}

function json(answer: object, fields: string | null): Reply {
  return { status: 200, body: selected(answer, fields) }
}

function failed(status: number, reason?: string): Reply {
  return { status, body: errorAnswer(status, reason) }
}

/** What our queries need of Drive's language: `name = 'x'`, `name contains 'prefix'`, and `or`. */
function searchOf(query: string): (file: SpaceFile) => boolean {
  const terms = query.split(' or ').map((term) => {
    const [, operator, text = ''] = /^name (=|contains) '([\w-]+)'$/.exec(term) ?? []
    if (operator === undefined) throw new Error(`The fake does not understand ${term}`)
    return operator === '=' ? (name: string) => name === text : (name: string) => name.startsWith(text)
  })
  return ({ name }) => terms.some((fits) => fits(name))
}

/** The two parts of `multipart/related`. */
function partsOf(contentType: string, body: Buffer): { metadata: Buffer; content: Buffer } | undefined {
  const boundary = /boundary=([\w-]+)/.exec(contentType)?.[1]
  if (boundary === undefined) return undefined
  const [first, second] = [partAfter(body, boundary, 0), partAfter(body, boundary, 1)]
  return first && second && { metadata: first, content: second }
}

function partAfter(body: Buffer, boundary: string, index: number): Buffer | undefined {
  let from = -1
  for (let seen = 0; seen <= index; seen++) from = body.indexOf(`--${boundary}\r\n`, from + 1)
  const start = body.indexOf('\r\n\r\n', from) + 4
  const end = body.indexOf(`\r\n--${boundary}`, start)
  return from < 0 || start < 4 || end < 0 ? undefined : body.subarray(start, end)
}

/** A browser asks before it sends a page's own headers elsewhere. */
function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
}

const PREFLIGHT: Reply = {
  status: 200,
  headers: {
    'access-control-allow-methods': 'DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT',
    'access-control-allow-headers': 'authorization,content-type',
  },
}

/** Of Drive every page may ask, and it is shown few headers; of the pages of the sign-in none may. */
function crossOrigin(path: string, origin: string | undefined): Readonly<Record<string, string>> {
  if (origin === undefined || path.startsWith('/o/') || path === '/token') return {}
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'Cache-Control,Content-Encoding,Content-Length,Content-Type,Date,Expires,Vary',
    vary: 'Origin,X-Origin',
  }
}

function send(
  response: ServerResponse,
  { status, body, headers = {} }: Reply,
  more: Readonly<Record<string, string>>,
): void {
  const isJson = body !== undefined && !Buffer.isBuffer(body)
  const type = isJson ? 'application/json; charset=UTF-8' : 'application/octet-stream'
  response.writeHead(status, { ...(body !== undefined && { 'content-type': type }), ...headers, ...more })
  response.end(isJson ? JSON.stringify(body) : body)
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

import { AuthType, createClient, getPatcher, parseXML } from 'webdav'
import { refused } from './http-answer.ts'
import type { HttpAnswer } from './http-answer.ts'
import type { HttpLine, HttpRequest } from './http-line.ts'
import { createMediumError } from './medium-error.ts'

/** A user name and a password, given as the server asks for them: Basic or Digest. */
export interface WebdavCredential {
  readonly account: string
  readonly secret: string
}

/** Requests to one folder of a WebDAV server. Paths are relative to it and need no escaping. Any status resolves. */
export interface DavRequests {
  send(method: string, path: string, more: DavRequest, signal: AbortSignal): Promise<HttpAnswer>
  /** What lies in a folder; `undefined` when there is none. Rejects with another status in the words of the port. */
  members(directory: string, signal: AbortSignal): Promise<DavMembers | undefined>
  urlOf(path: string): string
}

export interface DavRequest extends Omit<HttpRequest, 'method' | 'headers'> {
  readonly headers?: Readonly<Record<string, string>>
}

export interface DavMembers {
  /** Of the server's clock. */
  readonly nowMs: number | undefined
  readonly members: readonly DavMember[]
}

export interface DavMember {
  readonly name: string
  readonly changedAtMs: number | undefined
}

/** A server that meets a member that goes just then breaks its list off. */
const LIST_TRIES = 5
const LIST_MAX_BYTES = 32 * 1024 * 1024
const WANTED = '<?xml version="1.0"?><propfind xmlns="DAV:"><prop><getlastmodified/></prop></propfind>'

export function createDavRequests(
  address: string,
  credential: WebdavCredential | undefined,
  line: HttpLine,
): DavRequests {
  const base = address.endsWith('/') ? address : address + '/'
  const client = createClient(base, {
    authType: credential === undefined ? AuthType.None : AuthType.Auto,
    ...(credential && { username: credential.account, password: credential.secret }),
  })

  async function send(method: string, path: string, more: DavRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const exchange = new Exchange(line, more, signal)
    exchanges.set(exchange.key, exchange)
    const { headers = {} } = more
    // It throws for what is no success, and the answer is read all the same.
    await client.customRequest(path, { method, headers: { ...headers }, signal: exchange.key }).catch(exchange.known)
    return exchange.answered
  }

  return {
    send,
    urlOf: (path) => new URL(path, base).href,
    async members(directory, signal) {
      const headers = { Depth: '1', 'Content-Type': 'application/xml' }
      const asked = { repeats: true, maxBytes: LIST_MAX_BYTES, headers, body: WANTED }
      const path = directory === '' ? '/' : `${directory}/`
      const folder = new URL(path.replace(/^\//, ''), base)
      for (let attempt = 0; attempt < LIST_TRIES; attempt++) {
        const answer = await send('PROPFIND', path, asked, signal)
        if (answer.status === 404 || answer.status === 410) return undefined
        if (answer.status !== 207) throw refused(answer)
        const members = await findMembers(answer, folder)
        if (members !== undefined) return { nowMs: findTime(answer.headers.get('date')), members }
      }
      throw createMediumError('medium-unreachable', 'The server does not list the folder whole. It is tried again.')
    },
  }
}

/**
 * The library makes the headers (a Digest answers to the challenge before); our line carries the request. All that reaches `fetch` from
 * here is the signal, so that is what an exchange is known by.
 */
class Exchange {
  readonly key: AbortSignal
  readonly known = (cause: unknown): void => {
    if (this.#answer === undefined) throw cause
  }
  readonly #line: HttpLine
  readonly #more: DavRequest
  readonly #signal: AbortSignal
  #answer: HttpAnswer | undefined

  constructor(line: HttpLine, more: DavRequest, signal: AbortSignal) {
    this.#line = line
    this.#more = more
    this.#signal = signal
    this.key = AbortSignal.any([signal])
  }

  get answered(): HttpAnswer {
    if (this.#answer !== undefined) return this.#answer
    throw createMediumError('medium-failed', 'The server was not asked.')
  }

  async fetch(url: string, { method = 'GET', headers = {} }: RequestInit): Promise<Response> {
    const { body, maxBytes, repeats } = this.#more
    const request: HttpRequest = {
      method,
      headers: new Headers(headers),
      ...(body !== undefined && { body }),
      ...(maxBytes !== undefined && { maxBytes }),
      repeats,
    }
    this.#answer = undefined
    const answer = await this.#line(url, () => Promise.resolve(request), this.#signal)
    this.#answer = answer
    return new Response(null, { status: answer.status < 200 ? 502 : answer.status, headers: answer.headers })
  }
}

const exchanges = new WeakMap<AbortSignal, Exchange>()

getPatcher().patch('fetch', (url: unknown, init: unknown) => {
  const { signal, ...request } = init as RequestInit
  const exchange = signal && exchanges.get(signal)
  if (!exchange) throw new TypeError('a request that is none of ours')
  return exchange.fetch(String(url), request)
})

/** `undefined` for what is no whole list. By the last part of each address; the folder itself is among them, and foreign hosts are none of its members. */
async function findMembers({ body }: HttpAnswer, folder: URL): Promise<readonly DavMember[] | undefined> {
  const text = new TextDecoder().decode(body)
  const listed = await parseXML(text).catch(() => undefined)
  // The parser takes what broke off between two members for all there is.
  if (!/<\/(?:[^\s<>]+:)?multistatus\s*>\s*$/.test(text) || listed === undefined) return undefined
  const root = withoutSlash(decodeURIComponent(folder.pathname))
  return listed.multistatus.response.flatMap(({ href, propstat }): readonly DavMember[] => {
    const path = withoutSlash(findPath(href, folder))
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (path === root || name === '') return []
    return [{ name, changedAtMs: findTime(propstat?.prop.getlastmodified) }]
  })
}

function findPath(href: string, folder: URL): string {
  try {
    return decodeURIComponent(new URL(href, folder).pathname)
  } catch (cause) {
    if (cause instanceof TypeError || cause instanceof URIError) return ''
    throw cause
  }
}

function withoutSlash(path: string): string {
  return path.replace(/\/+$/, '')
}

function findTime(text: string | null | undefined): number | undefined {
  const atMs = Date.parse(text ?? '')
  return Number.isNaN(atMs) ? undefined : atMs
}

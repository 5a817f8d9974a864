import type { HttpLine } from './http-line.ts'

/** Statuses whose answer has no body by definition. */
const BODILESS: ReadonlySet<number> = new Set([101, 103, 204, 205, 304])

/**
 * A line in the shape of `fetch`, for a client that brings its own requests: their bodies are text. Questions are asked again when no
 * answer comes, changes are not; an answer is read up to `maxBytes`.
 */
export function fetchOver(line: HttpLine, maxBytes: number): typeof globalThis.fetch {
  return async (address, init) => {
    const url = address instanceof Request ? address.url : String(address)
    const { method = 'GET', headers, body, signal } = init ?? {}
    if (body !== undefined && body !== null && typeof body !== 'string') throw new TypeError('The body is no text.')
    const request = {
      method,
      headers: new Headers(headers),
      ...(typeof body === 'string' && { body }),
      maxBytes,
      repeats: method === 'GET',
    }
    const answer = await line(url, () => Promise.resolve(request), signal ?? NEVER)
    const content = BODILESS.has(answer.status) ? null : answer.body
    const response = new Response(content, { status: answer.status, headers: answer.headers })
    // A response that is made here has no address of its own.
    Object.defineProperty(response, 'url', { value: url })
    return response
  }
}

const NEVER = new AbortController().signal

import { isRateLimit } from './drive-error.ts'
import type { DriveTokens } from './drive-tokens.ts'
import type { HttpLine } from './http-line.ts'
import { createMediumError } from './medium-error.ts'

export interface DriveFetchOptions {
  readonly repeats: boolean
  readonly maxBytes: number
  /** Asked right before each sending: what comes too late is not sent. */
  readonly mayStill?: (() => boolean) | undefined
}

/**
 * A line in the shape of `fetch`, for Google's client: signs each request, and once more with a fresh token when Google says that
 * the one in hand has ended. What is not a question is asked again only where `repeats` says that this does no harm.
 */
export function driveFetch(line: HttpLine, tokens: DriveTokens, options: DriveFetchOptions): typeof globalThis.fetch {
  return async (address, init) => {
    const url = address instanceof Request ? address.url : String(address)
    const { method = 'GET', headers, signal } = init ?? {}
    const cut = signal ?? NEVER
    const body = await wholeBody(init?.body)
    const ask = (token: string) => {
      const signed = new Headers(headers)
      signed.set('authorization', `Bearer ${token}`)
      const request = {
        method,
        headers: signed,
        ...(body !== undefined && { body }),
        maxBytes: options.maxBytes,
        repeats: options.repeats || method === 'GET' || method === 'DELETE',
        isTooMuch: isRateLimit,
      }
      return line(
        url,
        () => (options.mayStill?.() === false ? Promise.reject(tooLate()) : Promise.resolve(request)),
        cut,
      )
    }
    const token = await tokens.current(cut)
    const first = await ask(token)
    const answer = first.status === 401 ? await ask(await tokens.renewed(token, cut)) : first
    const content = answer.status === 204 || answer.status === 304 ? null : answer.body
    return new Response(content, { status: answer.status, headers: answer.headers })
  }
}

function tooLate(): Error {
  return createMediumError('medium-unreachable', 'This device was asleep in the midst of a save. It is tried again.')
}

const NEVER = new AbortController().signal

/** Google's client hands over a text, or a stream of Node's. */
async function wholeBody(body: unknown): Promise<Uint8Array<ArrayBuffer> | string | undefined> {
  if (body === undefined || body === null || typeof body === 'string') return body ?? undefined
  if (!isStream(body)) throw new TypeError('The body is neither text nor a stream.')
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(typeof piece === 'string' ? Buffer.from(piece) : piece)
  return new Uint8Array(Buffer.concat(pieces))
}

function isStream(body: unknown): body is AsyncIterable<Uint8Array | string> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body
}

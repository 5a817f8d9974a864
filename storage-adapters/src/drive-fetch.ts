import type { HowToCreate } from './drive-port.ts'
import { askSigned } from './drive-signed.ts'
import type { DriveTokens } from './drive-tokens.ts'
import type { HttpLine } from './http-line.ts'

/** `askSigned` in the shape of `fetch`, for Google's client. */
export function driveFetch(line: HttpLine, tokens: DriveTokens, how: HowToCreate): typeof globalThis.fetch {
  return async (address, init) => {
    const url = address instanceof Request ? address.url : String(address)
    const { method = 'GET', headers, signal } = init ?? {}
    const request = { method, headers, body: await wholeBody(init?.body) }
    const answer = await askSigned({ line, tokens }, url, request, how, signal ?? NEVER)
    const content = answer.status === 204 || answer.status === 304 ? null : answer.body
    return new Response(content, { status: answer.status, headers: answer.headers })
  }
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

import { LIMITS } from '@cloudos/protocol/limits'
import { isRateLimit } from './drive-error.ts'
import type { HowToCreate } from './drive-port.ts'
import type { DriveTokens } from './drive-tokens.ts'
import type { HttpAnswer } from './http-answer.ts'
import type { HttpLine, HttpRequest } from './http-line.ts'
import { createMediumError } from './medium-error.ts'

export interface DriveLine {
  readonly line: HttpLine
  readonly tokens: DriveTokens
  /** Another one than Google's, for tests. */
  readonly apiUrl?: string | undefined
}

export interface UnsignedRequest {
  readonly method: string
  readonly headers?: HeadersInit | undefined
  readonly body?: HttpRequest['body'] | undefined
}

const ANSWER_MAX_BYTES = LIMITS.blobMaxBytes + 1024 * 1024

/**
 * One request to Drive, signed, and once more with a fresh token when Google says that the one in hand has ended. What is not a question
 * is asked again only where `repeats` says that this does no harm.
 */
export async function askSigned(
  { line, tokens }: Pick<DriveLine, 'line' | 'tokens'>,
  url: string,
  { method, headers, body }: UnsignedRequest,
  { repeats, mayStill }: HowToCreate,
  cut: AbortSignal,
): Promise<HttpAnswer> {
  const ask = (token: string) => {
    const signed = new Headers(headers)
    signed.set('authorization', `Bearer ${token}`)
    const request = {
      method,
      headers: signed,
      ...(body !== undefined && { body }),
      maxBytes: ANSWER_MAX_BYTES,
      repeats: repeats || method === 'GET' || method === 'DELETE',
      isTooMuch: isRateLimit,
    }
    return line(url, () => (mayStill?.() === false ? Promise.reject(tooLate()) : Promise.resolve(request)), cut)
  }
  const token = await tokens.current(cut)
  const first = await ask(token)
  return first.status === 401 ? await ask(await tokens.renewed(token, cut)) : first
}

function tooLate(): Error {
  return createMediumError('medium-unreachable', 'This device was asleep in the midst of a save. It is tried again.')
}

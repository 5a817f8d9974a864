import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Clock } from '@cloudos/protocol/ports'
import { readBody } from './http-answer.ts'
import type { HttpAnswer } from './http-answer.ts'
import { createCourtesies, findRetryAfterMs, LONGEST_WAIT_MS } from './http-courtesy.ts'
import type { Courtesy } from './http-courtesy.ts'
import { createMediumError } from './medium-error.ts'

export interface HttpRequest {
  readonly method: string
  readonly headers?: Readonly<Record<string, string>> | Headers
  readonly body?: Uint8Array<ArrayBuffer> | string
  /** How much of the answer is read, at most; 1 MiB when it does not say. */
  readonly maxBytes?: number
  /** Asked again it does no more than once: then it is, when no answer comes. */
  readonly repeats: boolean
  /** For a server that says in the body of a 403, and nowhere else, that it was asked too often. */
  readonly isTooMuch?: (answer: HttpAnswer) => boolean
}

/**
 * Rejects with 'medium-unreachable' (`CloudError`) when no answer came: what was not a mere question may have been applied, or may yet be.
 * Any status resolves. Cut short, it rejects with the signal's reason.
 */
export type HttpLine = (url: string, request: () => Promise<HttpRequest>, signal: AbortSignal) => Promise<HttpAnswer>

export interface HttpLineParts {
  readonly fetch: typeof globalThis.fetch
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  /** For an answer to a small request; a large body gets more. */
  readonly timeoutMs: number
}

const TRIES = 5
const SLOWEST_BYTES_PER_MS = 16
const ANSWER_MAX_BYTES = 1024 * 1024

/**
 * One way to a server for everything that goes there: answers are waited for so long and no longer, questions are repeated with full
 * jitter, what was certainly not done (429, 423) is too, `Retry-After` is honoured, and a server that fails again and again is left alone.
 */
export function createHttpLine(parts: HttpLineParts): HttpLine {
  const courtesyOf = createCourtesies(parts.clock, parts.random)

  return async (url, request, signal) => {
    const courtesy = courtesyOf(url)
    for (let attempt = 0; ; attempt++) {
      await courtesy.turn(signal)
      // Made anew each time: a signature names its moment.
      const asked = await request()
      const answer = await askOnce(parts, url, asked, signal)
      const pauseMs = noteAnswer(courtesy, answer, { asked, attempt, nowMs: parts.clock.nowMs() })
      if (pauseMs !== undefined && attempt < TRIES - 1) await parts.clock.sleep(pauseMs, signal)
      else if (answer !== undefined) return answer
      else throw noAnswer(url)
    }
  }
}

interface Asking {
  readonly asked: HttpRequest
  readonly attempt: number
  readonly nowMs: number
}

/** How long to wait before it is asked again; `undefined` when the answer, or that there is none, has to do. */
function noteAnswer(
  courtesy: Courtesy,
  answer: HttpAnswer | undefined,
  { asked, attempt, nowMs }: Asking,
): number | undefined {
  if (answer === undefined) {
    courtesy.failed()
    return asked.repeats ? courtesy.jitterMs(attempt) : undefined
  }
  const { status, headers } = answer
  const isFault = status >= 500 && status !== 501 && status !== 507
  if (isFault) courtesy.failed()
  else courtesy.answered()
  const askedMs = findRetryAfterMs(headers, nowMs)
  const waitMs = askedMs ?? courtesy.jitterMs(attempt)
  // Some say it with 403 when many small requests have added up.
  const isTooMuch = status === 429 || (status === 403 && (askedMs !== undefined || asked.isTooMuch?.(answer) === true))
  if (isTooMuch || status === 503) courtesy.restFor(waitMs)
  // These say that nothing was done; after a fault of the server only a question may be put again.
  const mayAskAgain = isTooMuch || status === 423 || (isFault && asked.repeats)
  return mayAskAgain && waitMs <= LONGEST_WAIT_MS ? waitMs : undefined
}

/** `undefined` when none came, or not whole. */
async function askOnce(
  { fetch, timeoutMs }: HttpLineParts,
  url: string,
  asked: HttpRequest,
  signal: AbortSignal,
): Promise<HttpAnswer | undefined> {
  const { method, headers, body, maxBytes = ANSWER_MAX_BYTES, repeats } = asked
  const late = AbortSignal.timeout(Math.ceil(timeoutMs + (body?.length ?? maxBytes) / SLOWEST_BYTES_PER_MS))
  let response: Response | undefined
  try {
    response = await fetch(url, {
      method,
      ...(headers && { headers }),
      ...(body !== undefined && { body }),
      signal: AbortSignal.any([signal, late]),
      // A sign-in of the browser's must not slip in, nor an old answer, and no other server gets what is meant for this one.
      ...{ credentials: 'omit', cache: 'no-store', redirect: 'manual', referrerPolicy: 'no-referrer' },
    })
    return { status: response.status, headers: response.headers, body: await readBody(response, maxBytes) }
  } catch (cause) {
    signal.throwIfAborted()
    if (!isNetworkFault(cause)) throw cause
    // The status of a change says that it was made, whatever became of the words that followed.
    if (response === undefined || repeats) return undefined
    return { status: response.status, headers: response.headers, body: new Uint8Array() }
  }
}

/** What `fetch` and its streams reject with when the network, the other end or the time is the reason. */
function isNetworkFault(cause: unknown): boolean {
  if (cause instanceof CloudError) return false
  return cause instanceof TypeError || (cause instanceof DOMException && cause.name !== 'SyntaxError')
}

function noAnswer(url: string): Error {
  return createMediumError('medium-unreachable', `${new URL(url).host} does not answer. It is tried again.`)
}

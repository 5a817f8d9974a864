import { RequestError } from '@octokit/request-error'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { MediumFault } from '@cloudos/protocol/ports'
import { createMediumError } from './medium-error.ts'

/** The status of an answer; `undefined` when none came. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof RequestError && error.response !== undefined ? error.status : undefined
}

interface Answer<Data> {
  readonly data: Data
}

/** What `read` makes of the answer. Rejects with the words of the port; cut short, with the signal's reason. */
export async function asking<Data, T>(
  signal: AbortSignal,
  request: Promise<Answer<Data>>,
  read: (data: Data) => T,
): Promise<T> {
  try {
    const { data } = await request
    requireWhole(data)
    return read(data)
  } catch (error) {
    signal.throwIfAborted()
    throw mediumErrorOf(error)
  }
}

/** A body that breaks off comes as text, or as nothing. */
export function requireWhole(data: unknown): void {
  if (typeof data !== 'object')
    throw createMediumError('medium-unreachable', 'The answer of GitHub broke off. It is asked again.')
}

/** What came of a request that changes something. `refused`: another writer was faster, or a rule of the repository forbids it. */
export type Settled = 'done' | 'refused' | 'unknown'

/** Rejects only when GitHub has said that it did nothing. */
export async function settling(signal: AbortSignal, request: Promise<unknown>): Promise<Settled> {
  try {
    await request
    return 'done'
  } catch (error) {
    const status = statusOf(error)
    if (status === 409 || status === 422) return 'refused'
    const isAnswered = status !== undefined && status < 500
    if (!isAnswered && (signal.aborted || error instanceof RequestError)) return 'unknown'
    throw mediumErrorOf(error)
  }
}

export function mediumErrorOf(error: unknown): unknown {
  if (error instanceof CloudError) return error
  if (error instanceof RequestError) {
    const [fault, sentence] = explain(error)
    return createMediumError(fault, sentence, error)
  }
  // A field that should be there and is not.
  if (error instanceof TypeError)
    return createMediumError('medium-failed', 'GitHub answers something unexpected.', error)
  return error
}

function explain(error: RequestError): readonly [MediumFault, string] {
  if (error.response === undefined) return ['medium-unreachable', 'GitHub does not answer. It is tried again.']
  const { status } = error
  if (status === 401)
    return ['medium-forbidden', 'GitHub refuses this token: it has expired or was withdrawn. Make a new one and add the copy again.'] // prettier-ignore
  if (status === 429 || (status === 403 && isRateLimit(error)))
    return ['medium-unreachable', 'GitHub asks to be left alone for a while (its rate limit). It is tried again.']
  if (status === 403)
    return ['medium-forbidden', `GitHub does not let this token do that (${error.message}). It needs "Contents: read and write" for this repository.`] // prettier-ignore
  if (status === 404) return ['medium-gone', 'There is no such repository, or this token may not see it.']
  if (status >= 500)
    return ['medium-unreachable', `GitHub has a fault of its own (${String(status)}). It is tried again.`]
  return ['medium-failed', `GitHub refuses this: ${error.message}`]
}

function isRateLimit({ response, message }: RequestError): boolean {
  const headers = response?.headers
  return (
    headers?.['x-ratelimit-remaining'] === '0' || headers?.['retry-after'] !== undefined || /rate limit/i.test(message)
  )
}

import type { MediumFault } from '@cloudos/protocol/ports'
import { type CloudError } from '@cloudos/protocol/cloud-error'
import type { HttpAnswer } from './http-answer.ts'
import { faultOf } from './http-answer.ts'
import { createMediumError } from './medium-error.ts'

const RATE_LIMITS: ReadonlySet<string> = new Set(['rateLimitExceeded', 'userRateLimitExceeded', 'dailyLimitExceeded'])
const FULL: ReadonlySet<string> = new Set([
  'storageQuotaExceeded',
  'quotaExceeded',
  'numChildrenInNonRootLimitExceeded',
])

/** A 403 that only its reason tells from a refusal. */
export function isRateLimit({ body }: HttpAnswer): boolean {
  return RATE_LIMITS.has(reasonOf(parsedJson(new TextDecoder().decode(body))) ?? '')
}

/** What a refusal means in the words of the port. @param told the answer's JSON, whatever it is */
export function refusedByDrive(status: number, told: unknown): CloudError {
  const [fault, sentence] = explain(status, reasonOf(told) ?? '')
  return createMediumError(fault, sentence)
}

export function brokenOff(): CloudError {
  return createMediumError('medium-unreachable', 'The answer of Google Drive broke off. It is asked again.')
}

function explain(status: number, reason: string): readonly [MediumFault, string] {
  if (status === 401)
    return ['medium-forbidden', 'Google Drive does not accept this sign-in any more. Remove the copy and add it again.']
  if (status === 429 || (status === 403 && RATE_LIMITS.has(reason)))
    return ['medium-unreachable', 'Google Drive asks to be left alone for a while (its rate limit). It is tried again.']
  if (status === 403 && FULL.has(reason))
    return [
      'medium-full',
      'The storage of this Google account is full: make room there. What is stored stays readable.',
    ]
  if (status === 403 && reason === 'accessNotConfigured')
    return ['medium-forbidden', 'The Google Drive API is not enabled in the project of this client. Enable it in the Google Cloud console, wait a few minutes, then try again.'] // prettier-ignore
  if (status === 403)
    return ['medium-forbidden', `Google Drive does not allow this (${reason}). Sign in again and leave the box for the application's own folder ticked.`] // prettier-ignore
  if (status === 404) return ['medium-gone', 'That is not on this Google Drive any more.']
  if (status >= 500 && status !== 507)
    return ['medium-unreachable', `Google Drive has a fault of its own (${String(status)}). It is tried again.`]
  return faultOf(status)
}

/** Google's documented shape: `{ error: { code, message, errors: [{ domain, reason, message }] } }`. */
function reasonOf(told: unknown): string | undefined {
  const error = field(told, 'error')
  const errors = field(error, 'errors')
  const reason = field(Array.isArray(errors) ? errors[0] : undefined, 'reason')
  return typeof reason === 'string' ? reason : undefined
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

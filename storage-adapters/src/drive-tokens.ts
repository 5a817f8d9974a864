import type { Clock } from '@cloudos/protocol/ports'
import { brokenOff, parsedJson } from './drive-error.ts'
import { refused } from './http-answer.ts'
import type { HttpAnswer } from './http-answer.ts'
import type { HttpLine } from './http-line.ts'
import { createMediumError } from './medium-error.ts'

/** An OAuth client of the owner's own, of the kind "Desktop app". Google calls its secret one that cannot be kept. */
export interface DriveClient {
  readonly clientId: string
  readonly clientSecret: string
}

/** What it takes to come back without the person. */
export interface DriveGrant extends DriveClient {
  readonly refreshToken: string
}

export interface TokenPlace {
  readonly tokenUrl: string
  readonly line: HttpLine
  readonly clock: Clock
}

export interface DriveTokens {
  /** Good for now. Rejects `medium-forbidden` when the sign-in was withdrawn. */
  current(signal: AbortSignal): Promise<string>
  /** A fresh one in place of `refused`; many who ask at once share it. */
  renewed(refused: string, signal: AbortSignal): Promise<string>
}

export interface Granted {
  readonly accessToken: string
  readonly expiresAtMs: number
  readonly refreshToken?: string
  /** Only where Google limits it. */
  readonly refreshEndsAtMs?: number
  readonly scopes: readonly string[]
}

export const GOOGLE_TOKENS = 'https://oauth2.googleapis.com/token'

/** Renewed so long before its end: clocks differ and requests take their time. */
const EARLY_MS = 60_000

export function createDriveTokens(grant: DriveGrant, place: TokenPlace): DriveTokens {
  let granted: Granted | undefined
  let renewing: Promise<Granted> | undefined

  async function renew(signal: AbortSignal): Promise<string> {
    renewing ??= askForToken(
      place,
      {
        grant_type: 'refresh_token',
        client_id: grant.clientId,
        client_secret: grant.clientSecret,
        refresh_token: grant.refreshToken,
      },
      // Not cut with whoever asked first: others wait for it too.
      AbortSignal.timeout(120_000),
    ).finally(() => {
      renewing = undefined
    })
    granted = await renewing
    signal.throwIfAborted()
    return granted.accessToken
  }

  return {
    async current(signal) {
      if (granted !== undefined && granted.expiresAtMs - EARLY_MS > place.clock.nowMs()) return granted.accessToken
      return renew(signal)
    },
    async renewed(refusedToken, signal) {
      if (granted !== undefined && granted.accessToken !== refusedToken) return granted.accessToken
      return renew(signal)
    },
  }
}

/** RFC 6749. A refresh repeats itself harmlessly; a code is good for one question. */
export async function askForToken(
  { tokenUrl, line, clock }: TokenPlace,
  form: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Granted> {
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
    repeats: form['grant_type'] === 'refresh_token',
  }
  const answer = await line(tokenUrl, () => Promise.resolve(request), signal)
  const told = parsedJson(new TextDecoder().decode(answer.body))
  if (answer.status !== 200) throw refusedToken(answer, textIn(told, 'error'))
  const accessToken = textIn(told, 'access_token')
  if (accessToken === undefined) throw brokenOff()
  const refreshToken = textIn(told, 'refresh_token')
  const nowMs = clock.nowMs()
  const lastsS = secondsIn(told, 'refresh_token_expires_in')
  return {
    accessToken,
    expiresAtMs: nowMs + secondsIn(told, 'expires_in') * 1_000,
    scopes: (textIn(told, 'scope') ?? '').split(' '),
    ...(refreshToken !== undefined && { refreshToken }),
    ...(lastsS > 0 && { refreshEndsAtMs: nowMs + lastsS * 1_000 }),
  }
}

const WRONG_CLIENT =
  'Google does not know this client and its secret together. Copy both again from the Google Cloud console.'

/** Which of the refusals of a token it is. */
export function isWrongClient({ message }: Error): boolean {
  return message === WRONG_CLIENT
}

function refusedToken(answer: HttpAnswer, error: string | undefined): Error {
  if (error === 'invalid_grant')
    return createMediumError(
      'medium-forbidden',
      'Google has ended this sign-in: it was withdrawn, or its project is still in testing, where each one ends after 7 days. Publish the project, then remove the copy and add it again.',
    )
  if (error === 'invalid_client' || error === 'unauthorized_client')
    return createMediumError('medium-forbidden', WRONG_CLIENT)
  return refused(answer)
}

function textIn(told: unknown, name: string): string | undefined {
  const value: unknown = typeof told === 'object' && told !== null ? Reflect.get(told, name) : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}

function secondsIn(told: unknown, name: string): number {
  const value: unknown = typeof told === 'object' && told !== null ? Reflect.get(told, name) : undefined
  return typeof value === 'number' && value > 0 ? value : 0
}

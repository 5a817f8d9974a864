import { CloudError } from '@cloudos/protocol/cloud-error'
import { DRIVE_SCOPE, GOOGLE_SIGN_IN } from '@cloudos/protocol/google-sign-in'
import { askForToken, GOOGLE_TOKENS, isWrongClient } from './drive-tokens.ts'
import type { DriveClient, DriveGrant, TokenPlace } from './drive-tokens.ts'

/** One question to a person: whether this client may have its folder. */
export interface SignInQuestion {
  readonly clientId: string
  /** On this very device: `http://127.0.0.1:<port>`. */
  readonly redirectUri: string
  /** Comes back with the answer, and is guessed by nobody. */
  readonly state: string
  /** PKCE (RFC 7636): whoever sees the code and not this cannot use it. */
  readonly verifier: string
}

/** The page of Google's that asks. */
export async function signInAddress(question: SignInQuestion, signInUrl: string = GOOGLE_SIGN_IN): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(question.verifier))
  const url = new URL(signInUrl)
  url.search = new URLSearchParams({
    client_id: question.clientId,
    redirect_uri: question.redirectUri,
    response_type: 'code',
    scope: DRIVE_SCOPE,
    state: question.state,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
    // Without it somebody who has consented before gets no refresh token.
    prompt: 'consent',
    access_type: 'offline',
  }).toString()
  return url.href
}

/** Google's own address where none is given. */
export interface TokenAsked extends Pick<TokenPlace, 'line' | 'clock'> {
  readonly tokenUrl?: string | undefined
}

export interface SignedIn {
  readonly grant: DriveGrant
  /** Only where Google says so: projects in testing end every sign-in after a week. */
  readonly endsAtMs?: number
}

/** Good for one time. Rejects `wrong-client`, `not-ticked` or `bad-client` with what the person has to do, or as a medium does. */
export async function exchangeCode(
  {
    code,
    client,
    question,
  }: { readonly code: string; readonly client: DriveClient; readonly question: SignInQuestion },
  { tokenUrl = GOOGLE_TOKENS, line, clock }: TokenAsked,
  cut: AbortSignal,
): Promise<SignedIn> {
  const form = {
    grant_type: 'authorization_code',
    client_id: client.clientId,
    client_secret: client.clientSecret,
    code,
    code_verifier: question.verifier,
    redirect_uri: question.redirectUri,
  }
  const { refreshToken, scopes, refreshEndsAtMs } = await askForToken({ tokenUrl, line, clock }, form, cut).catch(
    (cause: unknown) => {
      // prettier-ignore
      throw cause instanceof CloudError && isWrongClient(cause) ? new CloudError('wrong-client', cause.message) : cause
    },
  )
  if (!scopes.includes(DRIVE_SCOPE))
    throw new CloudError('not-ticked', 'The box for the application’s own folder was not ticked on Google’s page. Sign in again and tick it.') // prettier-ignore
  if (refreshToken === undefined)
    throw new CloudError('bad-client', 'Google gave no lasting sign-in. The client must be of the kind "Desktop app": make one and sign in again.') // prettier-ignore
  const grant = { ...client, refreshToken }
  return { grant, ...(refreshEndsAtMs !== undefined && { endsAtMs: refreshEndsAtMs }) }
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

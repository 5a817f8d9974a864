import { createHash, randomBytes } from 'node:crypto'

/** Google's side of OAuth 2.0 for applications on a desktop: codes with PKCE, tokens that end, refresh tokens that are withdrawn. */
export interface FakeOauth {
  readonly clientId: string
  readonly clientSecret: string
  readonly email: string
  /** What the person answers when asked. */
  consents: boolean
  /** Whether they leave the box of the application's folder ticked. */
  grantsFolder: boolean
  tokenLifeMs: number
  /** A project in testing: its sign-ins end after seven days, and Google says so. */
  isInTesting: boolean
  /** Of the kind "Web application" in the same project: for pages, which come back to an address that is registered, with a short token. */
  readonly webClientId: string
  /** Where its pages lie. */
  webRedirectUris: readonly string[]
  /** As if a page had just been given one. */
  shortToken(nowMs: number): string
  /** As if the person had signed in before. */
  signedIn(): string
  /** The sign-ins so far end; also what becomes of a project in testing after seven days. */
  withdrawAll(): void
  /** Access tokens end, the sign-ins stay. */
  endTokens(): void
  isGood(accessToken: string, nowMs: number): boolean
  /** The address that the browser is sent to, or what Google's page says instead. */
  authorise(query: URLSearchParams, nowMs: number): { readonly location: string } | { readonly refusal: string }
  token(form: URLSearchParams, nowMs: number): { readonly status: number; readonly body: object }
}

/** As section 5.1 of RFC 6749 and Google's guide for desktop applications have it. */
interface TokenAnswer {
  readonly access_token: string
  readonly expires_in: number
  readonly scope: string
  readonly token_type: 'Bearer'
  readonly refresh_token?: string
  readonly refresh_token_expires_in?: number
}

interface PendingCode {
  readonly challenge: string
  readonly redirectUri: string
}

const SCOPE = 'https://www.googleapis.com/auth/drive.appdata'
const random = () => randomBytes(24).toString('base64url')

export function createFakeOauth(): FakeOauth {
  const codes = new Map<string, PendingCode>()
  const refreshTokens = new Set<string>()
  const endByToken = new Map<string, number>()

  function granted(nowMs: number, refreshToken?: string): { status: number; body: TokenAnswer } {
    const token = `ya29.${random()}`
    endByToken.set(token, nowMs + oauth.tokenLifeMs)
    const expires = Math.floor(oauth.tokenLifeMs / 1_000)
    return {
      status: 200,
      body: {
        access_token: token,
        expires_in: expires,
        scope: oauth.grantsFolder ? SCOPE : '',
        token_type: 'Bearer',
        ...(refreshToken !== undefined && { refresh_token: refreshToken }),
        ...(refreshToken !== undefined && oauth.isInTesting && { refresh_token_expires_in: 604_799 }),
      },
    }
  }

  /** The implicit grant, as Google's guide for applications in a page has it: all comes back behind `#`. */
  function authorisePage(query: URLSearchParams, nowMs: number) {
    const redirect = query.get('redirect_uri') ?? ''
    if (!oauth.webRedirectUris.includes(redirect)) return { refusal: 'Error 400: redirect_uri_mismatch' }
    if (query.get('response_type') !== 'token') return { refusal: 'Error 400: invalid_request' }
    if (!(query.get('scope') ?? '').split(' ').includes(SCOPE)) return { refusal: 'Error 400: invalid_scope' }
    const { access_token, token_type, expires_in, scope } = granted(nowMs).body
    const told = oauth.consents
      ? { state: query.get('state') ?? '', access_token, token_type, expires_in: String(expires_in), scope }
      : { error: 'access_denied', state: query.get('state') ?? '' }
    return { location: `${redirect}#${new URLSearchParams(told).toString()}` }
  }

  const oauth: FakeOauth = {
    clientId: '123456789012-thetests0thetests0thetests0.apps.googleusercontent.com',
    clientSecret: 'GOCSPX-of-the-tests',
    webClientId: '123456789012-thepages0thepages0thepages0.apps.googleusercontent.com',
    webRedirectUris: [],
    shortToken: (nowMs) => granted(nowMs).body.access_token,
    email: 'somebody@example.org',
    consents: true,
    grantsFolder: true,
    tokenLifeMs: 3_599_000,
    isInTesting: false,
    signedIn() {
      const token = `1//${random()}`
      refreshTokens.add(token)
      return token
    },
    withdrawAll() {
      refreshTokens.clear()
      endByToken.clear()
    },
    endTokens: () => {
      endByToken.clear()
    },
    isGood: (token, nowMs) => (endByToken.get(token) ?? 0) > nowMs,
    authorise(query, nowMs) {
      if (query.get('client_id') === oauth.webClientId) return authorisePage(query, nowMs)
      const redirect = URL.parse(query.get('redirect_uri') ?? '')
      const challenge = query.get('code_challenge') ?? ''
      if (query.get('client_id') !== oauth.clientId) return { refusal: 'Error 401: invalid_client' }
      if (redirect?.hostname !== '127.0.0.1' || redirect.protocol !== 'http:')
        return { refusal: 'Error 400: redirect_uri_mismatch' }
      if (query.get('response_type') !== 'code' || query.get('code_challenge_method') !== 'S256' || challenge === '')
        return { refusal: 'Error 400: invalid_request' }
      if (!(query.get('scope') ?? '').split(' ').includes(SCOPE)) return { refusal: 'Error 400: invalid_scope' }
      const state = query.get('state')
      if (state !== null) redirect.searchParams.set('state', state)
      if (!oauth.consents) redirect.searchParams.set('error', 'access_denied')
      else {
        const code = `4/${random()}`
        codes.set(code, { challenge, redirectUri: query.get('redirect_uri') ?? '' })
        redirect.searchParams.set('code', code)
        redirect.searchParams.set('scope', oauth.grantsFolder ? SCOPE : '')
      }
      return { location: redirect.href }
    },
    token(form, nowMs) {
      if (form.get('client_id') !== oauth.clientId || form.get('client_secret') !== oauth.clientSecret)
        return refusal(401, 'invalid_client')
      if (form.get('grant_type') === 'refresh_token')
        return refreshTokens.has(form.get('refresh_token') ?? '') ? granted(nowMs) : refusal(400, 'invalid_grant')
      if (form.get('grant_type') !== 'authorization_code') return refusal(400, 'unsupported_grant_type')
      const code = form.get('code') ?? ''
      const pending = codes.get(code)
      // Good for one question, whatever the answer.
      codes.delete(code)
      const verifier = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url')
      if (pending?.challenge !== verifier || pending.redirectUri !== form.get('redirect_uri'))
        return refusal(400, 'invalid_grant')
      return granted(nowMs, oauth.signedIn())
    },
  }
  return oauth
}

function refusal(status: number, error: string) {
  return { status, body: { error, error_description: 'A refusal' } }
}

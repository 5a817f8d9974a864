/** The application's own folder and nothing else of a Drive. */
export const DRIVE_SCOPE = 'https://www.googleapis.com/auth/drive.appdata'
export const GOOGLE_SIGN_IN = 'https://accounts.google.com/o/oauth2/v2/auth'

/** One question to a person, by a client of the kind "Web application". */
export interface PageQuestion {
  readonly clientId: string
  /** As it is registered at Google: where the page lies. */
  readonly redirectUri: string
  /** Comes back with the answer, and is guessed by nobody. */
  readonly state: string
}

/**
 * The page of Google's that asks for a page: the implicit grant, since Google changes no code of a web client without its secret. All
 * that comes back is behind `#`, which no server sees.
 */
export function pageSignInAddress(question: PageQuestion, signInUrl: string = GOOGLE_SIGN_IN): string {
  const url = new URL(signInUrl)
  url.search = new URLSearchParams({
    client_id: question.clientId,
    redirect_uri: question.redirectUri,
    response_type: 'token',
    scope: DRIVE_SCOPE,
    state: question.state,
    // Whoever chose the wrong account chooses again.
    prompt: 'select_account',
  }).toString()
  return url.href
}

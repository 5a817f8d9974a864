import { DRIVE_SCOPE } from '@cloudos/protocol/google-sign-in'

/** What somebody brings back from Google's page to a page without an agent. */
export type GoogleReturn =
  | { readonly kind: 'signed-in'; readonly where: string; readonly token: string }
  | { readonly kind: 'failed'; readonly where: string | undefined; readonly problem: string }

/** What this tab has asked Google. The answer is believed for no other question. */
export interface AskedGoogle {
  readonly state: string
  /** The client, as `normaliseDrive` spells it. */
  readonly where: string
  /** Of this page, to go back to. */
  readonly place: string
}

const KEY = 'cloudos/google'

/** Until the answer comes, in this tab alone. */
export function keepAsked(storage: Storage, asked: AskedGoogle): void {
  storage.setItem(KEY, JSON.stringify(asked))
}

/** The answer that the address bar holds, if it does. Whoever sees it may read the folder for an hour: it leaves the address bar at once. */
export function takeGoogleReturn(location: Location, history: History, storage: Storage): GoogleReturn | undefined {
  const told = new URLSearchParams(location.hash.slice(1))
  const [token, state] = [told.get('access_token'), told.get('state')]
  if (token === null && (state === null || !told.has('error'))) return undefined
  const asked = parseAsked(storage.getItem(KEY))
  storage.removeItem(KEY)
  const isMine = asked !== undefined && asked.state === state
  history.replaceState(null, '', `${location.pathname}${location.search}#${isMine ? asked.place : '/'}`)
  if (!isMine)
    return failed('What came back from Google is not the answer to a question of this tab. It was thrown away. Begin again here.') // prettier-ignore
  const { where } = asked
  if (token === null)
    return told.get('error') === 'access_denied'
      ? failed('Google’s page was left without consent. Nothing was read. Go there again to go on.', where)
      : failed('Google did not sign you in. Look whether the client is whole and of the kind "Web application", then try again.', where) // prettier-ignore
  if (!(told.get('scope') ?? '').split(' ').includes(DRIVE_SCOPE))
    return failed('The box for the application’s own folder was not ticked on Google’s page. Go there again and tick it.', where) // prettier-ignore
  return { kind: 'signed-in', where, token }
}

function failed(problem: string, where?: string): GoogleReturn {
  return { kind: 'failed', where, problem }
}

/** Whatever else lies there is no question of ours: pages of one origin share that storage. */
function parseAsked(text: string | null): AskedGoogle | undefined {
  try {
    const said: unknown = JSON.parse(text ?? 'null')
    const { state, where, place } = (said ?? {}) as Partial<Record<string, unknown>>
    if (typeof state === 'string' && typeof where === 'string' && typeof place === 'string')
      return { state, where, place }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return undefined
}

import { LIMITS } from '@cloudos/protocol/limits'

/** What arrived, as it was written: Node's own header object has already dropped a second Host. */
export interface DoorRequest {
  readonly method: string
  readonly target: string
  readonly httpVersion: string
  /** Names and values by turns. */
  readonly rawHeaders: readonly string[]
}

/** Where the agent can be reached, and which other pages may talk to it besides its own. */
export interface DoorAddress {
  readonly port: number
  readonly allowedOrigins: ReadonlySet<string>
}

export type GuardRefusal =
  'version' | 'method' | 'target' | 'headers' | 'host' | 'origin' | 'fetch-site' | 'body' | 'not-a-websocket'

export type Verdict =
  | { readonly kind: 'allow' }
  /** The same page under its one name: another name would be another origin, with another profile. */
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'refuse'; readonly reason: GuardRefusal }

/** libp2p's place among the upgrades; nothing else is claimed. */
const WEBSOCKET_TARGET = '/'

const NAMES = ['localhost', '127.0.0.1', '[::1]']
/** Plain segments that do not begin with a dot: no way up, no hidden file, no second spelling, nothing to decode. */
const TARGET = /^\/(?:[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)?$/

/**
 * Whether a request may go on to the static page. Every web page a person visits can reach this port: the exact Host is what stops a
 * rebound name, since such a request may carry neither Origin nor Sec-Fetch-Site; a missing Origin proves nothing and is no reason to
 * trust or to refuse.
 */
export function guardRequest(request: DoorRequest, door: DoorAddress): Verdict {
  const reason = findRefusal(request, door)
  if (reason !== undefined) return refuse(reason)
  const host = valuesOf(request, 'host')[0]
  const canonical = hostOf('localhost', door.port)
  return host === canonical ? { kind: 'allow' } : { kind: 'redirect', location: `http://${canonical}${request.target}` }
}

/** Whether an upgrade may go on to libp2p, which then asks the peer for its key. Any of the three names will do. */
export function guardUpgrade(request: DoorRequest, door: DoorAddress): Verdict {
  const reason = findRefusal(request, door)
  if (reason !== undefined) return refuse(reason)
  return isWebSocket(request) ? { kind: 'allow' } : refuse('not-a-websocket')
}

function findRefusal(request: DoorRequest, door: DoorAddress): GuardRefusal | undefined {
  if (request.httpVersion !== '1.1') return 'version'
  if (request.method !== 'GET' && request.method !== 'HEAD') return 'method'
  if (request.target.length > LIMITS.httpTargetMaxBytes || !TARGET.test(request.target)) return 'target'
  if (request.rawHeaders.length > 2 * LIMITS.httpHeadersMax) return 'headers'
  if (!isHostOurs(request, door)) return 'host'
  if (!isOriginOurs(request, door)) return 'origin'
  if (!isFetchSiteOurs(request)) return 'fetch-site'
  return hasBody(request) ? 'body' : undefined
}

function isHostOurs(request: DoorRequest, door: DoorAddress): boolean {
  const [host, ...others] = valuesOf(request, 'host')
  return others.length === 0 && NAMES.some((name) => host === hostOf(name, door.port))
}

/** Browsers leave out the port that http has anyway. */
function hostOf(name: string, port: number): string {
  return port === 80 ? name : `${name}:${String(port)}`
}

function isOriginOurs(request: DoorRequest, door: DoorAddress): boolean {
  const [origin, ...others] = valuesOf(request, 'origin')
  if (origin === undefined) return true
  const own = `http://${valuesOf(request, 'host')[0] ?? ''}`
  return others.length === 0 && (origin === own || door.allowedOrigins.has(origin))
}

/** From elsewhere a person may follow a link to the page; nothing there may load a part of it or show it in a frame. */
function isFetchSiteOurs(request: DoorRequest): boolean {
  const [site, ...others] = valuesOf(request, 'sec-fetch-site')
  if (others.length > 0) return false
  if (site === undefined || site === 'same-origin' || site === 'none') return true
  if (site !== 'cross-site' && site !== 'same-site') return false
  return isOnly(request, 'sec-fetch-mode', 'navigate') && isOnly(request, 'sec-fetch-dest', 'document')
}

function hasBody(request: DoorRequest): boolean {
  const lengths = valuesOf(request, 'content-length')
  return (
    lengths.some((length) => length !== '0') ||
    lengths.length > 1 ||
    valuesOf(request, 'transfer-encoding').length > 0 ||
    valuesOf(request, 'expect').length > 0
  )
}

/** What the websocket library would refuse with a page of its own is refused here, barely. */
function isWebSocket(request: DoorRequest): boolean {
  const [key] = valuesOf(request, 'sec-websocket-key')
  return (
    request.method === 'GET' &&
    request.target === WEBSOCKET_TARGET &&
    isOnly(request, 'upgrade', 'websocket') &&
    isOnly(request, 'sec-websocket-version', '13') &&
    valuesOf(request, 'sec-websocket-key').length === 1 &&
    /^[A-Za-z0-9+/]{22}==$/.test(key ?? '') &&
    valuesOf(request, 'sec-websocket-protocol').length === 0
  )
}

function isOnly(request: DoorRequest, name: string, value: string): boolean {
  const values = valuesOf(request, name)
  return values.length === 1 && values[0]?.toLowerCase() === value
}

function valuesOf({ rawHeaders }: DoorRequest, name: string): readonly string[] {
  const values: string[] = []
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    if (rawHeaders[i]?.toLowerCase() === name) values.push(rawHeaders[i + 1] ?? '')
  return values
}

function refuse(reason: GuardRefusal): Verdict {
  return { kind: 'refuse', reason }
}

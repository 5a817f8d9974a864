import { utf8 } from './bytes.ts'
import { LIMITS } from './limits.ts'

/**
 * What a capability is about, as text with one spelling:
 * `fs:/path`, `fs:/path/**` (that folder and all below) · `net:host:port`, `net:host:*` · `exec:0`…`exec:4` (the isolation tier) ·
 * `secret:id` · one of `NAMED` with a name or a star: `cam:front`, `job:submit`, `device:*`. Nothing else is a resource, and no resource
 * covers what it does not name.
 */
export type Resource =
  | { readonly kind: 'fs'; readonly segments: readonly string[]; readonly isTree: boolean }
  | { readonly kind: 'net'; readonly host: string; readonly port: string }
  | { readonly kind: 'exec' | 'secret' | NamedKind; readonly name: string }

/** Kinds of things this profile has several of, each with a name. `medium` is where copies lie, `way` is how a profile is opened. */
export const NAMED = [
  'agent', 'approval', 'audit', 'cam', 'config', 'device', 'doc', 'job', 'log', 'medium', 'pair', 'policy', 'profile', 'token', 'way',
] as const // prettier-ignore
export type NamedKind = (typeof NAMED)[number]

const ANY = '*'

/** `undefined` unless `text` is a resource in its one spelling; a path that still needs normalising is none. */
export function findResource(text: string): Resource | undefined {
  if (utf8(text).length > LIMITS.resourceMaxBytes) return undefined
  const colon = text.indexOf(':')
  const rest = text.slice(colon + 1)
  const kind = text.slice(0, Math.max(colon, 0))
  switch (kind) {
    case 'fs':
      return findTree(rest)
    case 'net':
      return findEndpoint(rest)
    case 'exec':
      return /^[0-4]$/.test(rest) ? { kind: 'exec', name: rest } : undefined
    case 'secret':
      return NAME.test(rest) ? { kind: 'secret', name: rest } : undefined
    default: {
      const named = NAMED.find((name) => name === kind)
      return named !== undefined && (rest === ANY || NAME.test(rest)) ? { kind: named, name: rest } : undefined
    }
  }
}

/** Whether everything `wanted` names is within `granted`. */
export function coversResource(granted: Resource, wanted: Resource): boolean {
  if (granted.kind === 'fs') return wanted.kind === 'fs' && coversTree(granted, wanted)
  if (granted.kind === 'net') {
    return wanted.kind === 'net' && granted.host === wanted.host && coversName(granted.port, wanted.port)
  }
  if (wanted.kind !== granted.kind) return false
  // Neither a tier nor a secret can be called by a star.
  return coversName(granted.name, wanted.name)
}

/**
 * The one spelling of an absolute path: `.`, `//` and a `/` at the end go, `..` takes its parent along, text is NFC. `undefined` for what
 * climbs out of the root or could mean something else to a file system (backslash, control characters). Links are for who opens the file.
 */
export function normalisePath(path: string): string | undefined {
  if (!path.startsWith('/') || !path.isWellFormed() || HAZARDOUS.test(path)) return undefined
  const segments: string[] = []
  for (const segment of path.normalize('NFC').split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment !== '..') segments.push(segment)
    else if (segments.pop() === undefined) return undefined
  }
  return '/' + segments.join('/')
}

type Tree = Extract<Resource, { kind: 'fs' }>

const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/
// eslint-disable-next-line no-control-regex -- these are what is looked for
const HAZARDOUS = /[\u0000-\u001f\u007f\\]/
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const IPV4 = /^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(?!$)|$)){4}$/

function findTree(path: string): Tree | undefined {
  const isTree = path.endsWith('/**')
  const root = isTree ? path.slice(0, -'/**'.length) || '/' : path
  // A star elsewhere would be a file of that name here and a pattern to somebody else.
  if (root.includes(ANY) || normalisePath(root) !== root || (isTree && path === '//**')) return undefined
  return { kind: 'fs', segments: root.split('/').filter((segment) => segment !== ''), isTree }
}

function coversTree(granted: Tree, wanted: Tree): boolean {
  if (!granted.isTree && (wanted.isTree || wanted.segments.length !== granted.segments.length)) return false
  return granted.segments.every((segment, i) => segment === wanted.segments[i])
}

function findEndpoint(rest: string): Resource | undefined {
  const [host = '', port = '', ...more] = rest.split(':')
  const isPort = port === ANY || (/^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535)
  return isHost(host) && isPort && more.length === 0 ? { kind: 'net', host, port } : undefined
}

/** A last label that looks like a number makes resolvers read the whole as an address: then only the plain dotted form is one. */
function isHost(host: string): boolean {
  if (host.length > 253) return false
  const labels = host.split('.')
  return /^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '') ? IPV4.test(host) : labels.every((label) => LABEL.test(label))
}

function coversName(granted: string, wanted: string): boolean {
  return granted === ANY || granted === wanted
}

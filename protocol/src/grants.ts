import type { Grant } from './command.ts'
import type { DeviceId } from './ids.ts'
import { coversResource, findResource } from './resource.ts'
import type { NamedKind } from './resource.ts'

/**
 * Who asks, known from the channel and never from a field: whoever can open the agent's private socket, or a member of the profile that
 * noise and its certificate have proved.
 */
export type Caller =
  | { readonly kind: 'owner' }
  /** `canApprove`: its certificate says that a person sits in front of it. */
  | { readonly kind: 'page'; readonly deviceId: DeviceId; readonly canApprove: boolean }
  | { readonly kind: 'device'; readonly deviceId: DeviceId }

export type CallerKind = Caller['kind']
export const CALLER_KINDS = ['owner', 'page', 'device'] as const satisfies readonly CallerKind[]

/** Leave for several acts at once, as tables and tokens give it. */
export interface Grants {
  readonly resource: string
  readonly acts: readonly string[]
}

/** Who holds what out of its own right. Whatever does not stand here is refused, to the owner too. */
export const GRANTS_BY_CALLER: Readonly<Record<CallerKind, readonly Grants[]>> = {
  owner: [
    { resource: 'agent:*', acts: ['read', 'open', 'control'] },
    { resource: 'approval:*', acts: ['read', 'control'] },
    { resource: 'audit:*', acts: ['read', 'export'] },
    { resource: 'config:*', acts: ['read', 'write'] },
    { resource: 'device:*', acts: ['read', 'write', 'control'] },
    { resource: 'doc:*', acts: ['read', 'write'] },
    { resource: 'job:*', acts: ['read', 'ask', 'run', 'control'] },
    { resource: 'log:*', acts: ['read'] },
    { resource: 'medium:*', acts: ['read', 'write', 'control'] },
    { resource: 'pair:*', acts: ['read', 'control'] },
    { resource: 'policy:*', acts: ['read', 'control'] },
    { resource: 'profile:*', acts: ['read', 'export', 'import', 'control'] },
    { resource: 'token:*', acts: ['read', 'control'] },
    { resource: 'way:*', acts: ['read', 'control'] },
  ],
  page: [
    { resource: 'agent:*', acts: ['read'] },
    { resource: 'approval:*', acts: ['read', 'control'] },
    { resource: 'audit:*', acts: ['read', 'export'] },
    { resource: 'config:*', acts: ['read'] },
    { resource: 'device:*', acts: ['read', 'write', 'control'] },
    { resource: 'job:*', acts: ['read', 'ask', 'run', 'control'] },
    { resource: 'log:*', acts: ['read'] },
    { resource: 'medium:*', acts: ['read', 'write', 'control'] },
    { resource: 'pair:*', acts: ['read', 'control'] },
    { resource: 'policy:*', acts: ['read', 'control'] },
    { resource: 'profile:*', acts: ['read', 'export', 'import'] },
    { resource: 'token:*', acts: ['read', 'control'] },
    { resource: 'way:*', acts: ['read', 'control'] },
  ],
  device: [
    { resource: 'agent:*', acts: ['read'] },
    { resource: 'device:*', acts: ['read'] },
    // Another device offers the jobs it has signed itself; it has no other device ask in its own name.
    { resource: 'job:*', acts: ['read', 'run'] },
  ],
}

/** What somebody holds, and when: by a table always, by a token for a while. */
export interface Held {
  readonly grants: readonly Grants[]
  readonly fromMs: number
  /** From here on it is worth nothing. */
  readonly untilMs: number
}

const always = (kind: CallerKind): Held => ({ grants: GRANTS_BY_CALLER[kind], fromMs: 0, untilMs: Infinity })

export const OWN_RIGHT: Readonly<Record<CallerKind, Held>> = {
  owner: always('owner'),
  page: always('page'),
  device: always('device'),
}

/** Who is in, how the profile is opened, what is forbidden, and a person's yes: no token gives any of these. */
export const NOT_BY_TOKEN: readonly NamedKind[] = ['approval', 'pair', 'policy', 'profile', 'token', 'way']

/** Tables and commands are the same objects all day: what was found out about a pair of them holds as long as both are there. */
const found = new WeakMap<readonly Grants[], WeakMap<Grant, boolean>>()

/**
 * Whether one of `held` gives all of `wanted`. Something that is no resource gives nothing and is given by nobody. Neither may be changed
 * after it has been asked about.
 */
export function holdsGrant(held: readonly Grants[], wanted: Grant): boolean {
  let byWanted = found.get(held)
  if (byWanted === undefined) found.set(held, (byWanted = new WeakMap()))
  let holds = byWanted.get(wanted)
  if (holds === undefined) byWanted.set(wanted, (holds = findGrant(held, wanted)))
  return holds
}

function findGrant(held: readonly Grants[], wanted: Grant): boolean {
  const wantedResource = findResource(wanted.resource)
  if (wantedResource === undefined) return false
  const kind = wanted.resource.slice(0, wanted.resource.indexOf(':') + 1)
  return held.some(({ resource, acts }) => {
    // Most of a table is of other kinds: those need no reading.
    if (!resource.startsWith(kind)) return false
    const grantedResource = findResource(resource)
    return grantedResource !== undefined && acts.includes(wanted.act) && coversResource(grantedResource, wantedResource)
  })
}

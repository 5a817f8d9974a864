import { hexOf, id, list, setOf, text, uint } from './codecs.ts'
import type { Codec } from './codecs.ts'
import type { DeviceId, Hash, TokenId } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, checked, encodeRecord, maybeAt, parseRecord, record, variant } from './record.ts'
import type { FieldRefusal, RecordRefusal } from './record.ts'
import { coversResource, findResource } from './resource.ts'
import type { Result } from './result.ts'

/** Who may use a token. It must equal what the channel says the user is; a token presented by anybody else is worth nothing. */
export type Audience =
  | { readonly kind: 'device'; readonly deviceId: DeviceId }
  | { readonly kind: 'app'; readonly channel: string }
  | { readonly kind: 'peer'; readonly peerId: string }

/** Absent means without that limit. */
export interface CapabilityLimits {
  readonly maxCalls?: number
  readonly maxBytes?: number
  readonly callsPerMinute?: number
}

/** Leave to do `acts` with a resource (`resource.ts`). */
export interface Capability {
  readonly resource: string
  readonly acts: readonly string[]
  readonly limits: CapabilityLimits
}

/** Signed by the issuer (domain `cap`). It can be handed on only narrower: see `isAttenuation`. */
export interface CapabilityToken {
  readonly issuer: DeviceId
  readonly audience: Audience
  readonly capabilities: readonly Capability[]
  readonly notBeforeMs: number
  readonly expiresAtMs: number
  readonly tokenId: TokenId
  /** The SHA-256 of the parent's payload; absent on a token that its issuer grants out of its own right. */
  readonly parent?: Hash
}

export type TokenRule = 'bad-validity' | 'too-long-lived'
export type TokenRefusal = RecordRefusal<CapabilityToken> | TokenRule

type AudienceRefusal =
  FieldRefusal<{ deviceId: DeviceId }> | FieldRefusal<{ channel: string }> | FieldRefusal<{ peerId: string }>

const CHANNEL = /^[a-z0-9][a-z0-9._-]*$/
const ACT = /^[a-z]{1,16}$/

const audience = variant<Audience, AudienceRefusal>({
  device: [1, record<{ readonly deviceId: DeviceId }>({ deviceId: at(1, id('DeviceId')) })],
  app: [
    2,
    record<{ readonly channel: string }>({
      channel: at(
        1,
        text(64, (value) => CHANNEL.test(value)),
      ),
    }),
  ],
  peer: [3, record<{ readonly peerId: string }>({ peerId: at(1, hexOf(32)) })],
})

const limits = record<CapabilityLimits>({
  maxCalls: maybeAt(1, uint()),
  maxBytes: maybeAt(2, uint()),
  callsPerMinute: maybeAt(3, uint()),
})

const resource: Codec<string> = text(LIMITS.resourceMaxBytes, (value) => findResource(value) !== undefined)
const act = text(16, (value) => ACT.test(value))

const capability = record<Capability>({
  resource: at(1, resource),
  acts: at(2, setOf(act, { min: 1, max: 8 })),
  limits: at(3, limits),
})

const codec = checked(
  record<CapabilityToken>({
    issuer: at(1, id('DeviceId')),
    audience: at(2, audience),
    capabilities: at(3, list(capability, { min: 1, max: LIMITS.tokenCapsMax })),
    notBeforeMs: at(4, uint()),
    expiresAtMs: at(5, uint()),
    tokenId: at(6, id('TokenId')),
    parent: maybeAt(7, id('Hash')),
  }),
  checkToken,
)

function checkToken({ notBeforeMs, expiresAtMs }: CapabilityToken): TokenRule | undefined {
  if (notBeforeMs >= expiresAtMs) return 'bad-validity'
  return expiresAtMs - notBeforeMs > LIMITS.tokenMaxLifeMs ? 'too-long-lived' : undefined
}

/** The payload that the issuer signs. */
export function encodeToken(token: CapabilityToken): Uint8Array {
  return encodeRecord(codec, token)
}

export function parseToken(payload: Uint8Array): Result<CapabilityToken, TokenRefusal> {
  return parseRecord(codec, payload, LIMITS.tokenMaxBytes)
}

/**
 * Whether `child` gives nothing that `parent` does not: the parent's audience issues it, it ends no later, and each of its capabilities lies
 * within one of the parent's. The caller checks the hash, both signatures, revocation and the depth (`LIMITS.tokenMaxDepth`).
 */
export function isAttenuation(child: CapabilityToken, parent: CapabilityToken): boolean {
  return (
    parent.audience.kind === 'device' &&
    parent.audience.deviceId === child.issuer &&
    child.notBeforeMs >= parent.notBeforeMs &&
    child.expiresAtMs <= parent.expiresAtMs &&
    child.capabilities.every((wanted) => parent.capabilities.some((granted) => isWithin(wanted, granted)))
  )
}

export function isWithin(wanted: Capability, granted: Capability): boolean {
  const wantedResource = findResource(wanted.resource)
  const grantedResource = findResource(granted.resource)
  if (wantedResource === undefined || grantedResource === undefined) return false
  return (
    coversResource(grantedResource, wantedResource) &&
    wanted.acts.every((name) => granted.acts.includes(name)) &&
    isAtMost(wanted.limits.maxCalls, granted.limits.maxCalls) &&
    isAtMost(wanted.limits.maxBytes, granted.limits.maxBytes) &&
    isAtMost(wanted.limits.callsPerMinute, granted.limits.callsPerMinute)
  )
}

function isAtMost(wanted: number | undefined, granted: number | undefined): boolean {
  return granted === undefined || (wanted !== undefined && wanted <= granted)
}

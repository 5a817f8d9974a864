import { bytesUpTo, id, list, oneOf, text, uint } from './codecs.ts'
import { nothing, QUICK_MS } from './command.ts'
import type { CommandShape, Nothing } from './command.ts'
import type { Capability } from './capability-token.ts'
import type { DeviceId, TokenId } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, maybeAt, record } from './record.ts'
import { findResource } from './resource.ts'

/** What a token is to give, and to whom. */
export interface TokenWish {
  readonly audience: DeviceId
  readonly lastsMs: number
  /** Each `RESOURCE ACT,ACT`: `job:* read,run`. */
  readonly can: readonly string[]
  readonly maxCalls?: number
  readonly callsPerMinute?: number
}

export interface IssuedToken {
  readonly tokenId: TokenId
  readonly expiresAtMs: number
  /** To be shown with requests, by that device only. */
  readonly token: Uint8Array
}

export interface ListedToken {
  readonly tokenId: TokenId
  readonly audience: DeviceId
  readonly can: readonly string[]
  readonly expiresAtMs: number
  readonly state: 'good' | 'revoked' | 'ended'
}

const CAN = /^(\S+) ([a-z]{1,16}(?:,[a-z]{1,16}){0,7})$/
const can = list(
  text(LIMITS.resourceMaxBytes, (said) => capabilityFromText(said) !== undefined),
  { min: 1, max: LIMITS.tokenCapsMax },
)
const tokenId = at(1, id('TokenId'), 'which token')

/** `undefined` unless it is a resource and some acts. */
export function capabilityFromText(said: string): Pick<Capability, 'resource' | 'acts'> | undefined {
  const [, resource = '', acts = ''] = CAN.exec(said) ?? []
  return findResource(resource) === undefined ? undefined : { resource, acts: [...new Set(acts.split(','))].sort() }
}

export function textFromCapability({ resource, acts }: Pick<Capability, 'resource' | 'acts'>): string {
  return `${resource} ${acts.join(',')}`
}

export const issueTokenCommand: CommandShape<TokenWish, IssuedToken> = {
  name: 'token.issue',
  effect: 'controls',
  grant: { resource: 'token:*', act: 'control' },
  says: 'Give a device leave for some things on this one, for a while: nothing that you may not do yourself.',
  examples: ["cloudos token issue nas-attic 1h 'job:* read,run' 'device:* read'"],
  input: record<TokenWish>({
    audience: at(1, id('DeviceId'), 'the device that may show it'),
    lastsMs: at(2, uint(LIMITS.tokenMaxLifeMs, 1_000), 'how long it is good'),
    can: at(3, can, 'what it gives, as RESOURCE ACT,ACT'),
    maxCalls: maybeAt(4, uint(1_000_000, 1), 'how many commands it is good for, of each of these'),
    callsPerMinute: maybeAt(5, uint(1_000_000, 1), 'how many of them in a minute'),
  }),
  output: record<IssuedToken>({
    tokenId: at(1, id('TokenId'), 'its name'),
    expiresAtMs: at(2, uint(), 'when it ends'),
    token: at(3, bytesUpTo(LIMITS.presentedTokenMaxBytes), 'to be shown with requests, by that device only'),
  }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
  needsFresh: true,
}

export const listTokensCommand: CommandShape<Nothing, { readonly tokens: readonly ListedToken[] }> = {
  name: 'token.list',
  effect: 'reads',
  grant: { resource: 'token:*', act: 'read' },
  says: 'List the tokens that this device has issued and still remembers.',
  examples: ['cloudos token list'],
  input: nothing,
  output: record<{ readonly tokens: readonly ListedToken[] }>({
    tokens: at(
      1,
      list(
        record<ListedToken>({
          tokenId,
          audience: at(2, id('DeviceId'), 'the device that may show it'),
          can: at(3, can, 'what it gives'),
          expiresAtMs: at(4, uint(), 'when it ends'),
          state: at(5, oneOf<ListedToken['state']>({ good: 1, revoked: 2, ended: 3 }), 'whether it is still good'),
        }),
        { max: LIMITS.tokensKeptMax },
      ),
      'the newest first',
    ),
  }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

export const revokeTokenCommand: CommandShape<{ readonly tokenId: TokenId }, Nothing> = {
  name: 'token.revoke',
  effect: 'controls',
  grant: { resource: 'token:*', act: 'control' },
  says: 'Take a token back: from now on this device refuses it, and all that was made from it.',
  examples: ['cloudos token revoke 00112233445566778899aabbccddeeff'],
  input: record<{ readonly tokenId: TokenId }>({ tokenId }),
  output: nothing,
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

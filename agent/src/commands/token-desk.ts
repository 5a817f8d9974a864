import { hashId } from '@cloudos/crypto/hash'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import type { Member } from '@cloudos/crypto/membership'
import { signFor } from '@cloudos/crypto/signature'
import { mayGive, verifyTokenChain } from './token-chain.ts'
import type { TokenDenial } from './token-chain.ts'
import { encodeToken } from '@cloudos/protocol/capability-token'
import type { CapabilityLimits, CapabilityToken } from '@cloudos/protocol/capability-token'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Grant } from '@cloudos/protocol/command'
import type { Allowance } from '@cloudos/protocol/decide'
import { GRANTS_BY_CALLER, holdsGrant } from '@cloudos/protocol/grants'
import type { Caller, CallerKind, Grants, Held } from '@cloudos/protocol/grants'
import { findId, idFromBytes } from '@cloudos/protocol/ids'
import type { DeviceId, TokenId } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import { encodePresented } from '@cloudos/protocol/presented-token'
import { ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import { encodeSigned } from '@cloudos/protocol/signed'
import { capabilityFromText, textFromCapability } from '@cloudos/protocol/token-commands'
import type { IssuedToken, ListedToken, TokenWish } from '@cloudos/protocol/token-commands'
import type { Tokens } from '../journal/tokens.ts'
import { callerKey } from './caller-key.ts'

export interface TokenDeskParts {
  readonly identity: DeviceIdentity
  /** Of the profile this device is in. */
  readonly member: (deviceId: DeviceId) => Member | undefined
  readonly tokens: Tokens
  readonly clock: Clock
  readonly rng: Rng
}

/** A chain of tokens that has been verified for its caller, at this moment. */
export interface Shown {
  readonly tokenId: TokenId
  readonly held: Held
  /** What its limits leave for a command with this grant. */
  readonly left: (grant: Grant) => readonly Allowance[]
  /** Counts one use, durably where the token has a limit in all. */
  readonly use: (grant: Grant) => void
}

interface Minute {
  readonly sinceMs: number
  used: number
}

const MINUTE_MS = 60_000
const MINUTES_MAX = 4096

/** Leave that is handed out for a while: issued, shown, counted, taken back. */
export class TokenDesk {
  readonly #parts: TokenDeskParts
  readonly #minutes = new Map<string, Minute>()

  constructor(parts: TokenDeskParts) {
    this.#parts = parts
  }

  /** Throws `CloudError` when the caller would give away what it does not hold, or to nobody of the profile. */
  async issue({ audience, lastsMs, can, maxCalls, callsPerMinute }: TokenWish, by: Caller): Promise<IssuedToken> {
    const { identity, tokens, clock, rng } = this.#parts
    if (!this.#isIn(audience))
      throw new CloudError('no-such-device', 'The profile has no such device. `cloudos device list` shows them.')
    const limits: CapabilityLimits = {
      ...(maxCalls !== undefined && { maxCalls }),
      ...(callsPerMinute !== undefined && { callsPerMinute }),
    }
    const capabilities = can.map((said) => {
      const capability = capabilityFromText(said)
      if (capability === undefined || !mayGive(GRANTS_BY_CALLER[by.kind], capability))
        throw new CloudError('not-yours-to-give', `A token cannot give "${said}": you do not hold it, or nobody may hand it on.`) // prettier-ignore
      return { ...capability, limits }
    })
    const nowMs = clock.nowMs()
    const tokenId = idFromBytes('TokenId', rng.bytes(16))
    const expiresAtMs = nowMs + lastsMs
    const token: CapabilityToken = {
      issuer: identity.deviceId,
      audience: { kind: 'device', deviceId: audience },
      ...{ capabilities, notBeforeMs: nowMs, expiresAtMs, tokenId },
    }
    const payload = encodeToken(token)
    if (tokens.list(LIMITS.tokensKeptMax).length >= LIMITS.tokensKeptMax)
      throw new CloudError('too-many-tokens', 'More tokens are out than this device keeps. They end within a day.')
    const signed = encodeSigned(payload, await signFor(identity.signer, 'cap', payload))
    tokens.issue(payload, token, callerKey(by), nowMs)
    return { tokenId, expiresAtMs, token: encodePresented([signed]) }
  }

  list(): readonly ListedToken[] {
    const nowMs = this.#parts.clock.nowMs()
    return this.#parts.tokens.list(LIMITS.tokensKeptMax).flatMap(({ token, isRevoked }): readonly ListedToken[] => {
      const { tokenId, audience, capabilities, expiresAtMs } = token
      if (audience.kind !== 'device') return []
      const state = isRevoked ? 'revoked' : nowMs < expiresAtMs ? 'good' : 'ended'
      return [{ tokenId, audience: audience.deviceId, can: capabilities.map(textFromCapability), expiresAtMs, state }]
    })
  }

  /** Also of one that was issued elsewhere: it is refused here until it must have ended. */
  revoke(tokenId: TokenId): void {
    const { tokens, clock } = this.#parts
    tokens.revoke(tokenId, clock.nowMs() + LIMITS.tokenMaxLifeMs)
  }

  /** The owner at this machine's terminal is this device; everybody else is who the channel says. */
  async present(presented: Uint8Array, caller: Caller): Promise<Result<Shown, TokenDenial>> {
    const { identity, tokens } = this.#parts
    const audience = caller.kind === 'owner' ? identity.deviceId : caller.deviceId
    const verified = await verifyTokenChain(presented, audience, {
      keyOf: (deviceId) => this.#keyOf(deviceId),
      rightOf: (root) => this.#rightOf(root),
      isRevoked: (tokenId) => tokens.isRevoked(tokenId),
    })
    return verified.ok ? ok(this.#shown(verified.value)) : verified
  }

  #shown(chain: readonly CapabilityToken[]): Shown {
    const [used] = chain
    if (used === undefined) throw new RangeError('a chain has a token')
    const { tokenId, capabilities, notBeforeMs, expiresAtMs } = used
    return {
      tokenId,
      held: { grants: capabilities, fromMs: notBeforeMs, untilMs: expiresAtMs },
      left: (grant) => limitsOf(chain, grant).flatMap((limit) => this.#left(limit)),
      use: (grant) => {
        for (const limit of limitsOf(chain, grant)) this.#use(limit)
      },
    }
  }

  #left({ token, index, limits: { maxCalls, callsPerMinute } }: Limit): readonly Allowance[] {
    const used = this.#minute(`${token.tokenId} ${String(index)}`).used
    return [
      ...(maxCalls === undefined ? [] : [{ max: maxCalls, used: this.#parts.tokens.uses(token.tokenId, index) }]),
      ...(callsPerMinute === undefined ? [] : [{ max: callsPerMinute, used }]),
    ]
  }

  #use({ token, index, limits }: Limit): void {
    if (limits.maxCalls !== undefined) this.#parts.tokens.use(token, index)
    if (limits.callsPerMinute !== undefined) this.#minute(`${token.tokenId} ${String(index)}`).used += 1
  }

  #minute(key: string): Minute {
    const nowMs = this.#parts.clock.monotonicMs()
    const running = this.#minutes.get(key)
    if (running !== undefined && nowMs - running.sinceMs < MINUTE_MS) return running
    for (const [other, { sinceMs }] of this.#minutes.size < MINUTES_MAX ? [] : this.#minutes)
      if (nowMs - sinceMs >= MINUTE_MS) this.#minutes.delete(other)
    const minute = { sinceMs: nowMs, used: 0 }
    this.#minutes.set(key, minute)
    return minute
  }

  #isIn(deviceId: DeviceId): boolean {
    return deviceId === this.#parts.identity.deviceId || this.#memberNow(deviceId) !== undefined
  }

  #memberNow(deviceId: DeviceId): Member | undefined {
    const member = this.#parts.member(deviceId)
    const nowMs = this.#parts.clock.nowMs()
    return member?.revoked === false && member.notBeforeMs <= nowMs && nowMs < member.notAfterMs ? member : undefined
  }

  #keyOf(deviceId: DeviceId): Uint8Array | undefined {
    const { identity } = this.#parts
    return deviceId === identity.deviceId ? identity.signer.publicKey : this.#memberNow(deviceId)?.signPublicKey
  }

  /** A token of this device's own stands for whoever had it issued, and ends with them. */
  #rightOf(root: CapabilityToken): readonly Grants[] | undefined {
    const { identity, tokens } = this.#parts
    if (root.issuer !== identity.deviceId) return this.#grantsOf(root.issuer)
    const kept = tokens.find(root.tokenId)
    if (kept === undefined || hashId(encodeToken(kept.token)) !== hashId(encodeToken(root))) return undefined
    if (kept.askedBy === 'owner') return GRANTS_BY_CALLER.owner
    const asker = findId('DeviceId', kept.askedBy)
    return asker && this.#grantsOf(asker)
  }

  #grantsOf(deviceId: DeviceId): readonly Grants[] | undefined {
    const member = this.#memberNow(deviceId)
    const kind: CallerKind | undefined = member && (member.class === 'browser' ? 'page' : 'device')
    return kind && GRANTS_BY_CALLER[kind]
  }
}

interface Limit {
  readonly token: CapabilityToken
  /** Which of its capabilities. */
  readonly index: number
  readonly limits: CapabilityLimits
}

/** Of every token of the chain the capability that gives this: those made from one share what it leaves. */
function limitsOf(chain: readonly CapabilityToken[], grant: Grant): readonly Limit[] {
  return chain.flatMap((token) => {
    const index = token.capabilities.findIndex((capability) => holdsGrant([capability], grant))
    const limits = token.capabilities[index]?.limits
    return limits === undefined ? [] : [{ token, index, limits }]
  })
}

import { isAttenuation } from '@cloudos/protocol/capability-token'
import type { Capability, CapabilityToken } from '@cloudos/protocol/capability-token'
import { holdsGrant, NOT_BY_TOKEN } from '@cloudos/protocol/grants'
import type { Grants } from '@cloudos/protocol/grants'
import type { DeviceId, TokenId } from '@cloudos/protocol/ids'
import { parsePresented } from '@cloudos/protocol/presented-token'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import type { Signed } from '@cloudos/protocol/signed'
import { hashId } from '@cloudos/crypto/hash'
import { verifyFor } from '@cloudos/crypto/signature'

/** What a device knows of the others when a token is shown to it. */
export interface TokenWitness {
  /** The signing key of a device that is in the profile now. */
  readonly keyOf: (deviceId: DeviceId) => Uint8Array | undefined
  /** What the issuer of a token without a parent holds out of its own right; `undefined` when it holds nothing any more. */
  readonly rightOf: (root: CapabilityToken) => readonly Grants[] | undefined
  readonly isRevoked: (tokenId: TokenId) => boolean
}

export type TokenDenial =
  | 'token-unreadable'
  | 'token-of-another'
  | 'token-revoked'
  | 'token-issuer-gone'
  | 'token-forged'
  | 'token-too-wide'
  | 'token-limit-unknown'

/**
 * The tokens of a chain that is good for `audience`, which must be what the channel says; the one that is used comes first. The caller
 * checks its time and counts its limits. A limit that nobody here counts (bytes) is refused rather than overlooked.
 */
export async function verifyTokenChain(
  presented: Uint8Array,
  audience: DeviceId,
  witness: TokenWitness,
): Promise<Result<readonly CapabilityToken[], TokenDenial>> {
  const parsed = parsePresented(presented)
  if (!parsed.ok) return err('token-unreadable')
  const tokens = parsed.value.map(({ value }) => value)
  const [used] = tokens
  if (used?.audience.kind !== 'device' || used.audience.deviceId !== audience) return err('token-of-another')
  if (tokens.some(({ tokenId }) => witness.isRevoked(tokenId))) return err('token-revoked')
  for (const signed of parsed.value) {
    const key = witness.keyOf(signed.value.issuer)
    if (key === undefined) return err('token-issuer-gone')
    if (!(await verifyFor(key, 'cap', signed.payload, signed.signature))) return err('token-forged')
  }
  const denial = findTooWide(parsed.value, witness)
  if (denial !== undefined) return err(denial)
  return used.capabilities.some(({ limits }) => limits.maxBytes !== undefined) ? err('token-limit-unknown') : ok(tokens)
}

function findTooWide(chain: readonly Signed<CapabilityToken>[], witness: TokenWitness): TokenDenial | undefined {
  for (const [index, { value }] of chain.entries()) {
    const above = chain[index + 1]
    if (above === undefined) return findRootTooWide(value, witness)
    if (value.parent !== hashId(above.payload) || !isAttenuation(value, above.value)) return 'token-too-wide'
  }
  return 'token-unreadable'
}

function findRootTooWide(root: CapabilityToken, witness: TokenWitness): TokenDenial | undefined {
  if (root.parent !== undefined) return 'token-too-wide'
  const held = witness.rightOf(root)
  if (held === undefined) return 'token-issuer-gone'
  return root.capabilities.every((wanted) => mayGive(held, wanted)) ? undefined : 'token-too-wide'
}

/** Whether somebody who holds these may give that away in a token. */
export function mayGive(held: readonly Grants[], { resource, acts }: Pick<Capability, 'resource' | 'acts'>): boolean {
  const isKept = NOT_BY_TOKEN.some((kind) => resource.startsWith(`${kind}:`))
  return !isKept && acts.every((act) => holdsGrant(held, { resource, act }))
}

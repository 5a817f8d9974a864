import { bytesUpTo, list } from './codecs.ts'
import { LIMITS } from './limits.ts'
import { at, encodeRecord, parseRecord, record } from './record.ts'
import type { RecordRefusal } from './record.ts'
import { err, ok } from './result.ts'
import type { Result } from './result.ts'
import { parseToken } from './capability-token.ts'
import type { CapabilityToken, TokenRefusal } from './capability-token.ts'
import { parseSigned, SIGNATURE_BYTES } from './signed.ts'
import type { Signed } from './signed.ts'

interface Chain {
  readonly chain: readonly Uint8Array[]
}

export type ChainRefusal = RecordRefusal<Chain> | TokenRefusal | 'no-signature'

const codec = record<Chain>({
  chain: at(1, list(bytesUpTo(LIMITS.tokenMaxBytes + SIGNATURE_BYTES), { min: 1, max: LIMITS.tokenMaxDepth })),
})

/** As it is shown with a request: signed tokens, the one that is used first, each followed by the one it was made from. */
export function encodePresented(chain: readonly Uint8Array[]): Uint8Array {
  return encodeRecord(codec, { chain })
}

/** NOBODY HAS VERIFIED what comes back: see `token-chain.ts` of the agent. */
export function parsePresented(bytes: Uint8Array): Result<readonly Signed<CapabilityToken>[], ChainRefusal> {
  const read = parseRecord(codec, bytes, LIMITS.presentedTokenMaxBytes)
  if (!read.ok) return read
  const chain: Signed<CapabilityToken>[] = []
  for (const signed of read.value.chain) {
    const token = parseSigned(signed, parseToken)
    if (!token.ok) return err(token.error)
    chain.push(token.value)
  }
  return ok(chain)
}

import { hexFromBytes } from '@cloudos/protocol/bytes'
import type { Rng } from '@cloudos/protocol/ports'
import { checkSignIn } from './sign-in-text.ts'
import type { SignInRequest } from './sign-in-text.ts'

const GOOD_FOR_MS = 5 * 60_000

export function createSignInRequest(parts: {
  readonly domain: string
  readonly uri: string
  readonly nowMs: number
  readonly rng: Rng
}): SignInRequest {
  const { domain, uri, nowMs, rng } = parts
  return {
    domain,
    uri,
    statement: 'Shows CloudOS in this browser which account you use. It moves nothing and costs nothing.',
    nonce: hexFromBytes(rng.bytes(16)),
    issuedAt: new Date(nowMs).toISOString(),
    expirationTime: new Date(nowMs + GOOD_FOR_MS).toISOString(),
  }
}

/** Whether the signed bytes are that request, in UTF-8, of this address and in time. */
export function readSignIn(signed: Uint8Array, request: SignInRequest, address: string, nowMs: number): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(signed)
    return checkSignIn(text, request, address, nowMs).ok
  } catch (cause) {
    if (cause instanceof TypeError) return false
    throw cause
  }
}

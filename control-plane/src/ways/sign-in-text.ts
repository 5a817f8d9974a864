import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'

/** What a wallet is asked to sign in with: SIWS, the Solana twin of EIP-4361. */
export interface SignInRequest {
  readonly domain: string
  readonly uri: string
  readonly statement: string
  /** Single use. */
  readonly nonce: string
  readonly issuedAt: string
  readonly expirationTime: string
}

export type SignInRefusal =
  'not-a-sign-in' | 'wrong-domain' | 'wrong-address' | 'wrong-statement' | 'wrong-field' | 'not-its-time'

const FIELDS = ['URI', 'Version', 'Chain ID', 'Nonce', 'Issued At', 'Expiration Time', 'Not Before', 'Request ID']

/**
 * Whether `text` is the sign-in that was asked for, of this address, now. Every line must be accounted for: the text says who signs, and a
 * signature by another key over somebody's address is worth nothing. The signature itself is the caller's to verify.
 */
export function checkSignIn(
  text: string,
  request: SignInRequest,
  address: string,
  nowMs: number,
): Result<undefined, SignInRefusal> {
  const [first = '', who, blank, statement, blankToo, ...lines] = text.split('\n')
  if (!first.endsWith(' wants you to sign in with your Solana account:') || blank !== '' || blankToo !== '')
    return err('not-a-sign-in')
  if (first !== `${request.domain} wants you to sign in with your Solana account:`) return err('wrong-domain')
  if (who !== address) return err('wrong-address')
  if (statement !== request.statement) return err('wrong-statement')
  const fields = findFields(lines)
  if (fields === undefined) return err('not-a-sign-in')
  const asked = { URI: request.uri, Version: '1', Nonce: request.nonce, 'Issued At': request.issuedAt, 'Expiration Time': request.expirationTime } // prettier-ignore
  if (Object.entries(asked).some(([name, value]) => fields.get(name) !== value)) return err('wrong-field')
  return isItsTime(fields, nowMs) ? ok(undefined) : err('not-its-time')
}

/** `undefined` when a line is none of the known fields, or one comes twice. */
function findFields(lines: readonly string[]): ReadonlyMap<string, string> | undefined {
  const fields = new Map<string, string>()
  for (const line of lines) {
    const name = FIELDS.find((known) => line.startsWith(known + ': '))
    if (name === undefined || fields.has(name)) return undefined
    fields.set(name, line.slice(name.length + 2))
  }
  return fields
}

/** A moment that cannot be read is no time at all. */
function isItsTime(fields: ReadonlyMap<string, string>, nowMs: number): boolean {
  const at = (name: string): number => Date.parse(fields.get(name) ?? '')
  const begins = fields.has('Not Before') ? at('Not Before') : at('Issued At')
  return at('Issued At') <= nowMs && begins <= nowMs && nowMs < at('Expiration Time')
}

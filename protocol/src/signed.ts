import { concatBytes } from './bytes.ts'
import { err, ok } from './result.ts'
import type { Result } from './result.ts'

export const SIGNATURE_BYTES = 64

/** A record and a signature that NOBODY HAS VERIFIED. `payload` is exactly what was signed, under the domain of its record. */
export interface Signed<T> {
  readonly value: T
  readonly payload: Uint8Array
  readonly signature: Uint8Array
}

/** payload ‖ sig64. */
export function encodeSigned(payload: Uint8Array, signature: Uint8Array): Uint8Array {
  if (signature.length !== SIGNATURE_BYTES) throw new RangeError('a signature has 64 bytes')
  return concatBytes(payload, signature)
}

/** `payload` and `signature` are views into `bytes`. */
export function parseSigned<T, Refusal>(
  bytes: Uint8Array,
  parsePayload: (payload: Uint8Array) => Result<T, Refusal>,
): Result<Signed<T>, Refusal | 'no-signature'> {
  const end = bytes.length - SIGNATURE_BYTES
  if (end < 1) return err('no-signature')
  const payload = bytes.subarray(0, end)
  const parsed = parsePayload(payload)
  return parsed.ok ? ok({ value: parsed.value, payload, signature: bytes.subarray(end) }) : parsed
}

import { hexFromBytes } from '@cloudos/protocol/bytes'
import { parseHead } from '@cloudos/protocol/head'
import { bytesFromId } from '@cloudos/protocol/ids'
import { parseSigned } from '@cloudos/protocol/signed'

/** So many bytes in a row of a signature or a hash are in nothing else. */
const PROOF_BYTES = 16

/**
 * Whether broken bytes are what is left of `head`, and of no other: a part of its signature or of the name of its index is still in them.
 * Who writes such bytes on purpose has destroyed that head and shown no other one. What is too broken proves nothing.
 */
export function isLeftOf(broken: Uint8Array, head: Uint8Array): boolean {
  const signed = parseSigned(head, parseHead)
  if (!signed.ok) return false
  const { value, signature } = signed.value
  const there = hexFromBytes(broken)
  return [signature, bytesFromId(value.packIndexBlob)].some((mark) => hasPart(there, hexFromBytes(mark)))
}

function hasPart(there: string, mark: string): boolean {
  for (let at = 0; at + 2 * PROOF_BYTES <= mark.length; at += 2)
    if (there.includes(mark.slice(at, at + 2 * PROOF_BYTES))) return true
  return false
}

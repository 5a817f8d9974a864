import { decodeCbor, encodeCbor } from '@cloudos/protocol/cbor'
import type { CborValue } from '@cloudos/protocol/cbor'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { bytesFromId, idFromBytes } from '@cloudos/protocol/ids'
import type { ProfileId } from '@cloudos/protocol/ids'

/** What is said once both sides have proved the secret to each other. */
export type PairingMessage =
  /** I hold the root of this profile: show me a certificate for it. */
  | { readonly kind: 'offer'; readonly profileId: ProfileId }
  /** Here is my certificate, made over our transcript: let me in. */
  | { readonly kind: 'request'; readonly certificate: Uint8Array }
  /** The authority log, with you in it. */
  | { readonly kind: 'welcome'; readonly entries: readonly Uint8Array[] }
  | { readonly kind: 'refused'; readonly code: string }
  /** I have written the log down. */
  | { readonly kind: 'done' }

export function encodePairingMessage(message: PairingMessage): Uint8Array {
  switch (message.kind) {
    case 'offer':
      return encodeCbor([0, bytesFromId(message.profileId)])
    case 'request':
      return encodeCbor([1, message.certificate])
    case 'welcome':
      return encodeCbor([2, message.entries])
    case 'refused':
      return encodeCbor([3, message.code])
    case 'done':
      return encodeCbor([4])
  }
}

/** Throws 'pairing-refused' (`CloudError`) for anything else: the other side is ours no longer, or never was. */
export function parsePairingMessage(bytes: Uint8Array): PairingMessage {
  const decoded = decodeCbor(bytes)
  const [kind, body, ...more] =
    decoded.ok && Array.isArray(decoded.value) ? (decoded.value as readonly CborValue[]) : []
  if (more.length === 0) {
    if (kind === 0 && body instanceof Uint8Array && body.length === 16)
      return { kind: 'offer', profileId: idFromBytes('ProfileId', body) }
    if (kind === 1 && body instanceof Uint8Array) return { kind: 'request', certificate: body }
    if (kind === 2 && isBytesList(body)) return { kind: 'welcome', entries: body }
    if (kind === 3 && typeof body === 'string') return { kind: 'refused', code: body }
    if (kind === 4 && body === undefined) return { kind: 'done' }
  }
  throw new CloudError(
    'pairing-refused',
    'The other device said something that pairing does not know. Is it the same version?',
  )
}

function isBytesList(value: CborValue | undefined): value is readonly Uint8Array[] {
  return Array.isArray(value) && value.every((item) => item instanceof Uint8Array)
}

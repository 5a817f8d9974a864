import { decodeCbor, encodeCbor } from '@cloudos/protocol/cbor'
import type { CborValue } from '@cloudos/protocol/cbor'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { bytesFromId, idFromBytes } from '@cloudos/protocol/ids'
import type { Hash } from '@cloudos/protocol/ids'

export const COPY_PROTOCOL = '/cloudos/copy/1'

/** A part of a blob: one may be larger than a message. */
export interface Piece {
  readonly sizeBytes: number
  readonly bytes: Uint8Array
}

/** What a newcomer and the device whose code it has say to each other. Up to 'proof' nothing but random numbers and MACs is said. */
export type CopyMessage =
  | { readonly kind: 'hello'; readonly nonce: Uint8Array }
  | { readonly kind: 'proof'; readonly mac: Uint8Array }
  | { readonly kind: 'ask-head' }
  /** `undefined`: there is none. */
  | { readonly kind: 'head'; readonly head: Uint8Array | undefined }
  | { readonly kind: 'ask-blob'; readonly name: Hash; readonly offset: number }
  | { readonly kind: 'blob'; readonly piece: Piece | undefined }
  /** I have opened it: these entries of the authority log let me in. Also the first word of a newcomer that has proved the code before. */
  | { readonly kind: 'entries'; readonly entries: readonly Uint8Array[] }
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly code: string }

export function encodeCopyMessage(message: CopyMessage): Uint8Array {
  switch (message.kind) {
    case 'hello':
      return encodeCbor([0, message.nonce])
    case 'proof':
      return encodeCbor([1, message.mac])
    case 'ask-head':
      return encodeCbor([2])
    case 'head':
      return encodeCbor(message.head === undefined ? [3] : [3, message.head])
    case 'ask-blob':
      return encodeCbor([4, bytesFromId(message.name), message.offset])
    case 'blob':
      return encodeCbor(message.piece === undefined ? [5] : [5, message.piece.bytes, message.piece.sizeBytes])
    case 'entries':
      return encodeCbor([6, message.entries])
    case 'done':
      return encodeCbor([7])
    case 'refused':
      return encodeCbor([8, message.code])
  }
}

/** Throws 'code-refused' (`CloudError`) for anything else. */
export function parseCopyMessage(bytes: Uint8Array): CopyMessage {
  const decoded = decodeCbor(bytes)
  const [kind, body, third, ...more] =
    decoded.ok && Array.isArray(decoded.value) ? (decoded.value as readonly CborValue[]) : []
  const message = more.length === 0 ? findMessage(kind, body, third) : undefined
  if (message !== undefined) return message
  throw new CloudError('code-refused', 'The other device said something that this one does not know. Update both.')
}

function findMessage(
  kind: CborValue | undefined,
  body: CborValue | undefined,
  third: CborValue | undefined,
): CopyMessage | undefined {
  if (third !== undefined) {
    if (!(body instanceof Uint8Array) || !isSize(third)) return undefined
    if (kind === 4 && body.length === 32) return { kind: 'ask-blob', name: idFromBytes('Hash', body), offset: third }
    return kind === 5 ? { kind: 'blob', piece: { bytes: body, sizeBytes: third } } : undefined
  }
  if (kind === 0 && body instanceof Uint8Array && body.length === 16) return { kind: 'hello', nonce: body }
  if (kind === 1 && body instanceof Uint8Array && body.length === 32) return { kind: 'proof', mac: body }
  if (kind === 2 && body === undefined) return { kind: 'ask-head' }
  if (kind === 3 && (body === undefined || body instanceof Uint8Array)) return { kind: 'head', head: body }
  if (kind === 5 && body === undefined) return { kind: 'blob', piece: undefined }
  if (kind === 6 && isBytesList(body)) return { kind: 'entries', entries: body }
  if (kind === 7 && body === undefined) return { kind: 'done' }
  if (kind === 8 && typeof body === 'string') return { kind: 'refused', code: body }
  return undefined
}

function isSize(value: CborValue): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isBytesList(value: CborValue | undefined): value is readonly Uint8Array[] {
  return Array.isArray(value) && value.every((item) => item instanceof Uint8Array)
}

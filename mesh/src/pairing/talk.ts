import { decodeCbor, encodeCbor } from '@cloudos/protocol/cbor'
import type { CborValue } from '@cloudos/protocol/cbor'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { beginDriveCommand, finishDriveCommand } from '@cloudos/protocol/drive-commands'
import type { DriveAdded, DriveAnswer, DriveAttempt } from '@cloudos/protocol/drive-commands'
import { bytesFromId, idFromBytes } from '@cloudos/protocol/ids'
import type { ProfileId } from '@cloudos/protocol/ids'
import { newMedium } from '@cloudos/protocol/storage-commands'
import type { NewMedium } from '@cloudos/protocol/storage-commands'
import type { StoredWays } from '@cloudos/protocol/way-commands'

/**
 * Where a device finds a copy of a profile: its own, or in a place that it can reach. With the secret of that place in it: it is said to
 * nobody but the device that made the link, once both sides have proved theirs.
 */
export type CopyPlace = { readonly in: 'profile' } | { readonly in: 'place'; readonly place: NewMedium }

/** What opens a profile for whoever has one of its ways in, and tells nobody else anything but the names of its devices. */
export interface SealedCopy extends StoredWays {
  readonly profileId: ProfileId
  /** The authority log. */
  readonly entries: readonly Uint8Array[]
}

/** What is said once both sides have proved the secret to each other. */
export type PairingMessage =
  /** I hold the root of this profile: show me a certificate for it. */
  | { readonly kind: 'offer'; readonly profileId: ProfileId }
  /** Here is my certificate, made over our transcript: let me in. */
  | { readonly kind: 'request'; readonly certificate: Uint8Array }
  /** The authority log, with you in it. */
  | { readonly kind: 'welcome'; readonly entries: readonly Uint8Array[] }
  /** I am in no profile: show me the one that lies there, sealed as it is. */
  | { readonly kind: 'ask-copy'; readonly where: CopyPlace }
  | { readonly kind: 'copy'; readonly copy: SealedCopy }
  /** I have opened it: these entries let me in. */
  | { readonly kind: 'entries'; readonly entries: readonly Uint8Array[] }
  | { readonly kind: 'refused'; readonly code: string }
  /** The copy lies in a Google Drive: have a person asked whether you may read there, by this client. */
  | { readonly kind: 'ask-sign-in'; readonly where: string }
  /** Google's page that asks. */
  | { readonly kind: 'sign-in'; readonly asked: DriveAttempt }
  | { readonly kind: 'finish-sign-in'; readonly answer: DriveAnswer }
  | { readonly kind: 'signed-in'; readonly added: DriveAdded }
  /** Nobody has answered on that page yet: say it again. */
  | { readonly kind: 'waiting' }
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
    case 'ask-copy':
      return encodeCbor(message.where.in === 'profile' ? [5] : [5, newMedium.write(message.where.place)])
    case 'copy': {
      const { profileId, slots, sealedVault, entries } = message.copy
      return encodeCbor([6, [bytesFromId(profileId), slots, sealedVault, entries]])
    }
    case 'entries':
      return encodeCbor([7, message.entries])
    case 'refused':
      return encodeCbor([3, message.code])
    case 'done':
      return encodeCbor([4])
    case 'ask-sign-in':
      return encodeCbor([8, beginDriveCommand.input.write({ where: message.where })])
    case 'sign-in':
      return encodeCbor([9, beginDriveCommand.output.write(message.asked)])
    case 'finish-sign-in':
      return encodeCbor([10, finishDriveCommand.input.write(message.answer)])
    case 'signed-in':
      return encodeCbor([11, finishDriveCommand.output.write(message.added)])
    case 'waiting':
      return encodeCbor([12])
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
    if (kind === 5 && body === undefined) return { kind: 'ask-copy', where: { in: 'profile' } }
    const place = kind === 5 && body !== undefined ? newMedium.read(body) : undefined
    if (place !== undefined) return { kind: 'ask-copy', where: { in: 'place', place } }
    const copy = kind === 6 ? findCopy(body) : undefined
    if (copy !== undefined) return { kind: 'copy', copy }
    if (kind === 7 && isBytesList(body)) return { kind: 'entries', entries: body }
    if (kind === 12 && body === undefined) return { kind: 'waiting' }
    const signIn = body === undefined ? undefined : findSignIn(kind, body)
    if (signIn !== undefined) return signIn
  }
  throw new CloudError(
    'pairing-refused',
    'The other device said something that pairing does not know. Is it the same version?',
  )
}

/** What is said around a sign-in to a Google Drive. */
function findSignIn(kind: CborValue | undefined, body: CborValue): PairingMessage | undefined {
  if (kind === 8) {
    const named = beginDriveCommand.input.read(body)
    return named && { kind: 'ask-sign-in', where: named.where }
  }
  if (kind === 9) {
    const asked = beginDriveCommand.output.read(body)
    return asked && { kind: 'sign-in', asked }
  }
  if (kind === 10) {
    const answer = finishDriveCommand.input.read(body)
    return answer && { kind: 'finish-sign-in', answer }
  }
  if (kind !== 11) return undefined
  const added = finishDriveCommand.output.read(body)
  return added && { kind: 'signed-in', added }
}

function findCopy(body: CborValue | undefined): SealedCopy | undefined {
  const [profileId, slots, sealedVault, entries, ...more] = Array.isArray(body) ? (body as readonly CborValue[]) : []
  if (!(profileId instanceof Uint8Array) || profileId.length !== 16 || more.length > 0) return undefined
  if (!isBytesList(slots) || !(sealedVault instanceof Uint8Array) || !isBytesList(entries)) return undefined
  return { profileId: idFromBytes('ProfileId', profileId), slots, sealedVault, entries }
}

function isBytesList(value: CborValue | undefined): value is readonly Uint8Array[] {
  return Array.isArray(value) && value.every((item) => item instanceof Uint8Array)
}

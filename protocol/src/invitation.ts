import { base64url } from './base-text.ts'
import { bytesOf, hexOf, id, list, text, uint } from './codecs.ts'
import type { ProfileId } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, encodeRecord, maybeAt, parseRecord, versionedRecord } from './record.ts'
import type { RecordRefusal, VersionRefusal } from './record.ts'
import { err } from './result.ts'
import type { Result } from './result.ts'

/**
 * A link that lets one device meet another: `cloudos:pair?` and base64url of canonical CBOR. WHOEVER HOLDS IT MAY PAIR: it works once,
 * for ten minutes and five tries, and never stands in an argument list or a log.
 */
export interface Invitation {
  /** The profile to join; absent when a device without one shows the link and waits to be fetched. */
  readonly profileId?: ProfileId
  /** Hex of the libp2p public key of the device that shows the link; the noise handshake proves it. */
  readonly peerId: string
  /** Multiaddresses, the nearest first. */
  readonly addresses: readonly string[]
  readonly secret: Uint8Array
  readonly expiresAtMs: number
}

export type InvitationRefusal = RecordRefusal<Invitation> | VersionRefusal | 'not-a-link'

const PREFIX = 'cloudos:pair?'
const MULTIADDRESS = /^(\/[A-Za-z0-9._~:%-]+)+$/

const codec = versionedRecord<Invitation>(1, {
  profileId: maybeAt(2, id('ProfileId')),
  peerId: at(3, hexOf(32)),
  addresses: at(
    4,
    list(text(LIMITS.invitationAddressMaxBytes, isMultiaddress), { max: LIMITS.invitationAddressesMax }),
  ),
  secret: at(5, bytesOf(16)),
  expiresAtMs: at(6, uint()),
})

function isMultiaddress(address: string): boolean {
  return MULTIADDRESS.test(address)
}

export function encodeInvitation(invitation: Invitation): string {
  return PREFIX + base64url.encode(encodeRecord(codec, invitation))
}

/** Only the form: whether it has lapsed is for who has a clock. */
export function parseInvitation(link: string): Result<Invitation, InvitationRefusal> {
  if (!link.startsWith(PREFIX)) return err('not-a-link')
  if (link.length > PREFIX.length + 2 * LIMITS.invitationMaxBytes) return err('too-long')
  const bytes = base64url.find(link.slice(PREFIX.length))
  return bytes === undefined ? err('not-a-link') : parseRecord(codec, bytes, LIMITS.invitationMaxBytes)
}

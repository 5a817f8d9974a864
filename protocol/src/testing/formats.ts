import { encodeAuditCheckpoint, encodeAuditEntry, parseAuditCheckpoint, parseAuditEntry } from '../audit.ts'
import { encodeSignedEntry, encodeAuthorityEntry, parseSignedEntry } from '../authority.ts'
import type { AuthorityRefusal, SignedEntry } from '../authority.ts'
import { utf8 } from '../bytes.ts'
import { encodeCapabilityRecord, parseCapabilityRecord } from '../capability-record.ts'
import { encodeToken, parseToken } from '../capability-token.ts'
import { decodeCbor, decodeCborCounted, encodeCbor } from '../cbor.ts'
import { encodeCertificate, encodeRenewal, parseCertificate, parseRenewal } from '../certificate.ts'
import { encodeFrame, encodeFrameHeader, parseFrame } from '../frame.ts'
import type { FrameRefusal, ParsedFrame } from '../frame.ts'
import { encodeHead, parseHead } from '../head.ts'
import { encodeHeads, parseHeads } from '../heads.ts'
import { encodeInvitation, parseInvitation } from '../invitation.ts'
import type { Invitation, InvitationRefusal } from '../invitation.ts'
import {
  encodeJobReceipt,
  encodeReceiptBatch,
  encodeReceiptProof,
  parseJobReceipt,
  parseReceiptBatch,
  parseReceiptProof,
} from '../job-receipt.ts'
import { encodeJobSpec, parseJobSpec } from '../job-spec.ts'
import { encodePackIndex, parsePackIndex } from '../pack-index.ts'
import { ok } from '../result.ts'
import type { Result } from '../result.ts'
import { encodeRpc, parseRpc } from '../rpc.ts'
import { encodeSightings, parseSightings } from '../sightings.ts'
import { encodeSlot, parseSlot } from '../slot.ts'
import { encodeSnapshotAck, parseSnapshotAck } from '../snapshot-ack.ts'
import { encodeSnapshotList, parseSnapshotList } from '../snapshot-list.ts'
import { encodeSnapshot, parseSnapshot } from '../snapshot.ts'
import { encodeVault, parseVault } from '../vault.ts'

/** A format as tests and fuzzers see it. */
export interface Format {
  /** Bytes in, and out again what the value read from them is encoded as. */
  readonly reencode: (bytes: Uint8Array) => Result<Reencoded, string>
  /** The decoder's counted work. */
  readonly steps: (bytes: Uint8Array) => number
}

export interface Reencoded {
  readonly value: unknown
  readonly encoded: Uint8Array
}

export type FormatName = keyof typeof FORMATS

export const FORMATS = {
  cbor: format(decodeCbor, encodeCbor),
  frame: format(parseFrameParts, encodeFrameParts, fixedWork),
  certificate: format(parseCertificate, encodeCertificate),
  renewal: format(parseRenewal, encodeRenewal),
  authority: format(parseEntryParts, encodeEntryParts, (bytes) => countCbor(bytes.subarray(0, -96))),
  slot: format(parseSlot, encodeSlot, fixedWork),
  head: format(parseHead, encodeHead),
  heads: format(parseHeads, encodeHeads),
  sightings: format(parseSightings, encodeSightings),
  'pack-index': format(parsePackIndex, encodePackIndex),
  snapshot: format(parseSnapshot, encodeSnapshot),
  'snapshot-list': format(parseSnapshotList, encodeSnapshotList),
  'snapshot-ack': format(parseSnapshotAck, encodeSnapshotAck),
  'audit-entry': format(parseAuditEntry, encodeAuditEntry),
  'audit-checkpoint': format(parseAuditCheckpoint, encodeAuditCheckpoint),
  vault: format(parseVault, encodeVault),
  rpc: format(parseRpc, encodeRpc),
  invitation: format(parseLink, (invitation) => utf8(encodeInvitation(invitation)), fixedWork),
  'capability-token': format(parseToken, encodeToken),
  'capability-record': format(parseCapabilityRecord, encodeCapabilityRecord),
  'job-spec': format(parseJobSpec, encodeJobSpec),
  'job-receipt': format(parseJobReceipt, encodeJobReceipt),
  'receipt-batch': format(parseReceiptBatch, encodeReceiptBatch),
  'receipt-proof': format(parseReceiptProof, encodeReceiptProof),
} as const satisfies Readonly<Record<string, Format>>

function format<T>(
  parse: (bytes: Uint8Array) => Result<T, string>,
  encode: (value: T) => Uint8Array,
  steps: Format['steps'] = countCbor,
): Format {
  const reencode = (bytes: Uint8Array) => {
    const parsed = parse(bytes)
    return parsed.ok ? ok({ value: parsed.value, encoded: encode(parsed.value) }) : parsed
  }
  return { reencode, steps }
}

function countCbor(bytes: Uint8Array): number {
  return decodeCborCounted(bytes).steps
}

/** Fields at fixed places under a fixed bound: nothing in them decides how much is done. */
function fixedWork(): number {
  return 0
}

type FrameParts = Pick<ParsedFrame, 'header' | 'ciphertext' | 'signature'>

function parseFrameParts(bytes: Uint8Array): Result<FrameParts, FrameRefusal> {
  const parsed = parseFrame(bytes)
  if (!parsed.ok) return parsed
  const { header, ciphertext, signature } = parsed.value
  return ok({ header, ciphertext, signature })
}

function encodeFrameParts({ header, ciphertext, signature }: FrameParts): Uint8Array {
  return encodeFrame(encodeFrameHeader(header, ciphertext.length), ciphertext, signature)
}

type EntryParts = Pick<SignedEntry, 'entry' | 'signer' | 'signature'>

function parseEntryParts(bytes: Uint8Array): Result<EntryParts, AuthorityRefusal> {
  const parsed = parseSignedEntry(bytes)
  if (!parsed.ok) return parsed
  const { entry, signer, signature } = parsed.value
  return ok({ entry, signer, signature })
}

function encodeEntryParts({ entry, signer, signature }: EntryParts): Uint8Array {
  return encodeSignedEntry(encodeAuthorityEntry(entry), signer, signature)
}

/** A link is ASCII: one symbol per byte, and bytes beyond ASCII are no symbol of it. */
function parseLink(bytes: Uint8Array): Result<Invitation, InvitationRefusal> {
  return parseInvitation(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}

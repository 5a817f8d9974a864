import { hexOf, id, oneOf, text, uint } from './codecs.ts'
import type { DeviceId, Hash, TokenId } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, encodeRecord, maybeAt, parseRecord, versionedRecord } from './record.ts'
import type { RecordRefusal, VersionRefusal } from './record.ts'
import type { Result } from './result.ts'

export const AUDIT_ACTORS = { owner: 1, page: 2, device: 3, agent: 4 } as const
export type AuditActor = keyof typeof AUDIT_ACTORS
export type AuditDecision = 'allowed' | 'denied'

/** One decision of a device's agent. Its hash names it and is the next one's `prev` (domain `audit`). */
export interface AuditEntry {
  readonly seq: number
  readonly prev: Hash
  readonly atMs: number
  readonly monotonicMs: number
  readonly actor: AuditActor
  /** Whose certificate the channel has proved; absent for the owner at the terminal and for the agent itself. */
  readonly deviceId?: DeviceId
  readonly channel: 'socket' | 'mesh' | 'inside'
  /** The command's name. */
  readonly action: string
  /** SHA-256 of the command's parameters: what was asked for can be proved later, and is not told here. */
  readonly target?: Hash
  readonly decision: AuditDecision
  /** Why it was denied, or `ok`. */
  readonly reason: string
  readonly approvalId?: string
  readonly traceId?: string
  /** How many of the same kind since the last such entry this one stands for besides itself. */
  readonly alike?: number
  /** The token it was asked for with. */
  readonly tokenId?: TokenId
}

/** What the device has signed to be the chain up to here (domain `audit-checkpoint`). */
export interface AuditCheckpoint {
  readonly deviceId: DeviceId
  readonly seq: number
  readonly hash: Hash
  readonly atMs: number
}

export type AuditRefusal<T> = RecordRefusal<T> | VersionRefusal

const WORD = /^[a-z][a-z0-9.-]*$/
const word = text(64, (value) => WORD.test(value))

export const auditEntry = versionedRecord<AuditEntry>(1, {
  seq: at(2, uint(undefined, 1), 'counts up from 1'),
  prev: at(3, id('Hash'), 'hash of the entry before'),
  atMs: at(4, uint(), 'when, by the wall clock'),
  monotonicMs: at(5, uint(), 'when, by a clock that never goes back'),
  actor: at(6, oneOf<AuditActor>(AUDIT_ACTORS), 'who asked'),
  deviceId: maybeAt(7, id('DeviceId'), 'with which device'),
  channel: at(8, oneOf({ socket: 1, mesh: 2, inside: 3 }), 'by which way'),
  action: at(9, word, 'the command'),
  target: maybeAt(10, id('Hash'), 'hash of its parameters'),
  decision: at(11, oneOf<AuditDecision>({ allowed: 1, denied: 2 }), 'what was decided'),
  reason: at(12, word, 'why'),
  approvalId: maybeAt(13, hexOf(16), 'the approval it was allowed by'),
  traceId: maybeAt(14, hexOf(16), 'names the act from click to effect'),
  alike: maybeAt(15, uint(), 'how many of the same kind it stands for besides itself'),
  tokenId: maybeAt(16, id('TokenId'), 'the token it was asked for with'),
})

const auditCheckpoint = versionedRecord<AuditCheckpoint>(1, {
  deviceId: at(2, id('DeviceId')),
  seq: at(3, uint(undefined, 1)),
  hash: at(4, id('Hash')),
  atMs: at(5, uint()),
})

export function encodeAuditEntry(entry: AuditEntry): Uint8Array {
  return encodeRecord(auditEntry, entry)
}

export function parseAuditEntry(bytes: Uint8Array): Result<AuditEntry, AuditRefusal<AuditEntry>> {
  return parseRecord(auditEntry, bytes, LIMITS.smallRecordMaxBytes)
}

export function encodeAuditCheckpoint(checkpoint: AuditCheckpoint): Uint8Array {
  return encodeRecord(auditCheckpoint, checkpoint)
}

export function parseAuditCheckpoint(bytes: Uint8Array): Result<AuditCheckpoint, AuditRefusal<AuditCheckpoint>> {
  return parseRecord(auditCheckpoint, bytes, LIMITS.smallRecordMaxBytes)
}

import { AUDIT_ACTORS, auditEntry } from './audit.ts'
import type { AuditActor, AuditDecision, AuditEntry } from './audit.ts'
import { bytesUpTo, flag, hexOf, id, list, oneOf, text, uint } from './codecs.ts'
import { nothing, QUICK_MS } from './command.ts'
import type { CommandShape, Nothing } from './command.ts'
import type { DeviceId, Hash } from './ids.ts'
import { LIMITS } from './limits.ts'
import { at, maybeAt, record } from './record.ts'

export const AUDIT_PAGE_MAX = 200

/** The newest first; what is absent filters nothing. */
export interface AuditQuery {
  /** Only entries before this one: the smallest seq of the page before. */
  readonly before?: number
  readonly limit?: number
  readonly actor?: AuditActor
  readonly deviceId?: DeviceId
  /** The beginning of the command's name. */
  readonly action?: string
  readonly decision?: AuditDecision
  /** Only what belongs to one act, from click to effect. */
  readonly traceId?: string
}

export interface AuditPage {
  readonly entries: readonly AuditEntry[]
  readonly tipSeq: number
  readonly tipHash: Hash
  /** First seqs of stretches that this device's chain lacks. */
  readonly gaps: readonly number[]
  readonly hasMore: boolean
}

export const listAuditCommand: CommandShape<AuditQuery, AuditPage> = {
  name: 'audit.list',
  effect: 'reads',
  grant: { resource: 'audit:*', act: 'read' },
  says: 'List what this agent decided, the newest first.',
  examples: ['cloudos audit list', 'cloudos audit list --decision denied --limit 20'],
  input: record<AuditQuery>({
    before: maybeAt(1, uint(undefined, 1), 'only entries before this seq'),
    limit: maybeAt(2, uint(AUDIT_PAGE_MAX, 1), 'how many at most; otherwise 50'),
    actor: maybeAt(3, oneOf<AuditActor>(AUDIT_ACTORS), 'who asked'),
    deviceId: maybeAt(4, id('DeviceId'), 'with which device'),
    action: maybeAt(5, text(64), "the beginning of the command's name"),
    decision: maybeAt(6, oneOf<AuditDecision>({ allowed: 1, denied: 2 }), 'what was decided'),
    traceId: maybeAt(7, hexOf(16), 'only what belongs to one act: the trace id of it'),
  }),
  output: record<AuditPage>({
    entries: at(1, list(auditEntry, { max: AUDIT_PAGE_MAX }), 'the newest first'),
    tipSeq: at(2, uint(), 'how many there are'),
    tipHash: at(3, id('Hash'), 'hash of the newest: remember it, and a lost end is told'),
    gaps: at(4, list(uint(undefined, 1), { max: 64 }), 'where stretches are missing'),
    hasMore: at(5, flag, 'whether older ones fit too'),
  }),
  event: undefined,
  repeat: 'harmless',
  timeoutMs: QUICK_MS,
}

export const watchAuditCommand: CommandShape<Nothing, Nothing, AuditEntry> = {
  name: 'audit.watch',
  effect: 'reads',
  grant: { resource: 'audit:*', act: 'read' },
  says: 'Tell of each decision once it is on the disk, until it is stopped.',
  examples: ['cloudos audit watch'],
  input: nothing,
  output: nothing,
  event: auditEntry,
  repeat: 'harmless',
  timeoutMs: LIMITS.rpcMaxTimeoutMs,
}

export interface AuditPiece {
  readonly bytes: Uint8Array
}

/** The file comes in order as events; the answer says how long it was, so that a piece that was lost is noticed. */
export const exportAuditCommand: CommandShape<Nothing, { readonly sizeBytes: number }, AuditPiece> = {
  name: 'audit.export',
  effect: 'reads',
  grant: { resource: 'audit:*', act: 'export' },
  says: 'Write out the whole audit file, as it can be verified offline.',
  examples: ['cloudos audit export'],
  input: nothing,
  output: record<{ readonly sizeBytes: number }>({ sizeBytes: at(1, uint(), 'size of the file') }),
  event: record<AuditPiece>({ bytes: at(1, bytesUpTo(LIMITS.rpcMaxBytes), 'the next piece') }),
  repeat: 'harmless',
  timeoutMs: 6 * QUICK_MS,
}

/** Whether an entry is one of those that are asked for. */
export function fitsAudit(
  entry: AuditEntry,
  { before, actor, deviceId, action, decision, traceId }: AuditQuery,
): boolean {
  return (
    (before === undefined || entry.seq < before) &&
    (actor === undefined || entry.actor === actor) &&
    (deviceId === undefined || entry.deviceId === deviceId) &&
    (action === undefined || entry.action.startsWith(action)) &&
    (decision === undefined || entry.decision === decision) &&
    (traceId === undefined || entry.traceId === traceId)
  )
}

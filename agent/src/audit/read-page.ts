import type { AuditEntry } from '@cloudos/protocol/audit'
import { fitsAudit } from '@cloudos/protocol/audit-commands'
import type { AuditQuery } from '@cloudos/protocol/audit-commands'
import { parseAuditLine } from '@cloudos/protocol/audit-line'
import { linesOf, seqOf } from './segments.ts'
import type { Segment } from './segments.ts'

export interface ReadPage {
  /** The newest first. */
  readonly entries: readonly AuditEntry[]
  /** First seqs of stretches that are missing within what was read. */
  readonly gaps: readonly number[]
  readonly hasMore: boolean
}

/**
 * Reads from the newest entry back, one segment in memory at a time, until the page is full. Lines that cannot fit are told by their
 * text and not parsed: a rare thing is found among a million in seconds.
 */
export async function readPage(
  segments: readonly Segment[],
  query: AuditQuery,
  read: (segment: Segment) => Promise<Uint8Array>,
): Promise<ReadPage> {
  const { limit = 50, before = Number.POSITIVE_INFINITY } = query
  const needles = needlesOf(query)
  const entries: AuditEntry[] = []
  const gaps: number[] = []
  let laterSeq: number | undefined
  for (const segment of segments.toReversed()) {
    if (segment.firstSeq >= before) continue
    for (const line of linesOf(await read(segment)).reverse()) {
      const seq = seqOf(line)
      if (seq === undefined) continue
      if (laterSeq !== undefined && seq + 1 < laterSeq) gaps.push(seq + 1)
      laterSeq = seq
      if (seq >= before || !needles.every((needle) => line.includes(needle))) continue
      const parsed = parseAuditLine(line)
      if (parsed?.kind !== 'entry' || !fitsAudit(parsed.entry, query)) continue
      if (entries.length === limit) return { entries, gaps, hasMore: true }
      entries.push(parsed.entry)
    }
  }
  if (laterSeq !== undefined && laterSeq > 1) gaps.push(1)
  return { entries, gaps, hasMore: false }
}

/** What the line of a fitting entry surely holds. Ids and names of commands have no characters that JSON writes otherwise. */
function needlesOf({ actor, deviceId, action, decision, traceId }: AuditQuery): readonly string[] {
  return [
    ...(actor === undefined ? [] : [`"actor":"${actor}"`]),
    ...(deviceId === undefined ? [] : [`"deviceId":"${deviceId}"`]),
    ...(action === undefined || !/^[a-z0-9.-]+$/.test(action) ? [] : [`"action":"${action}`]),
    ...(decision === undefined ? [] : [`"decision":"${decision}"`]),
    ...(traceId === undefined ? [] : [`"traceId":"${traceId}"`]),
  ]
}

import type { AuditTip } from '@cloudos/crypto/audit-chain'
import { auditHash } from '@cloudos/crypto/audit-chain'
import { parseAuditLine } from '@cloudos/protocol/audit-line'
import type { AppendFile, Disk } from '@cloudos/protocol/ports'

/** One file of the chain. The first entry's `prev` is its link to the segment before. */
export interface Segment {
  readonly name: string
  /** The first it has, or will have. */
  readonly firstSeq: number
}

/** A whole segment is read to answer a question about it, so it stays small beside the memory of an agent. */
export const SEGMENT_BYTES = 1024 * 1024
export const FIRST_SEGMENT = 'audit.jsonl'
const LATER = /^audit\.(\d{15})\.jsonl$/
/** Longer than any line of the file, several times. */
const TAIL_BYTES = 16 * 1024
const SEQ = /^\{"entry":\{(?:"[a-z]+":\d+,)?"seq":(\d{1,15})[,}]/

export function segmentFrom(firstSeq: number): Segment {
  return { name: `audit.${String(firstSeq).padStart(15, '0')}.jsonl`, firstSeq }
}

/** The segments on the disk, the oldest first. */
export async function listSegments(disk: Disk): Promise<readonly Segment[]> {
  return orderSegments(await disk.list())
}

/** Of the names in the folder of a chain those that belong to it, the oldest first. */
export function orderSegments(names: readonly string[]): readonly Segment[] {
  const later = names.flatMap((name) => {
    const seq = LATER.exec(name)?.[1]
    return seq === undefined ? [] : [{ name, firstSeq: Number(seq) }]
  })
  const first = names.includes(FIRST_SEGMENT) ? [{ name: FIRST_SEGMENT, firstSeq: 1 }] : []
  return [...first, ...later.sort((a, b) => a.firstSeq - b.firstSeq)]
}

export interface SegmentEnd {
  readonly tip: AuditTip | undefined
  /** Up to the end of the last whole line. */
  readonly wholeBytes: number
}

/** Reads backwards, a piece at a time, until there is an entry: a chain of any length opens in the same time. */
export async function readEnd(file: AppendFile): Promise<SegmentEnd> {
  let wholeBytes: number | undefined
  for (let length = TAIL_BYTES; ; length *= 4) {
    const from = Math.max(0, file.sizeBytes - length)
    const bytes = await file.read(from, file.sizeBytes - from)
    const lastBreak = bytes.lastIndexOf(0x0a)
    if (lastBreak >= 0) wholeBytes ??= from + lastBreak + 1
    for (const line of linesOf(bytes.subarray(0, lastBreak + 1)).reverse()) {
      const parsed = parseAuditLine(line)
      if (parsed?.kind === 'entry')
        return {
          tip: { seq: parsed.entry.seq, hash: auditHash(parsed.entry, parsed.bytes) },
          wholeBytes: wholeBytes ?? 0,
        }
    }
    if (from === 0) return { tip: undefined, wholeBytes: wholeBytes ?? 0 }
  }
}

export function linesOf(bytes: Uint8Array): string[] {
  const lines = new TextDecoder().decode(bytes).split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** The number of the entry that a line tells, without parsing the rest; `undefined` for any other line. */
export function seqOf(line: string): number | undefined {
  const seq = SEQ.exec(line)?.[1]
  return seq === undefined ? undefined : Number(seq)
}

import type { AuditTip } from '@cloudos/crypto/audit-chain'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { sayAuditOwner } from '@cloudos/protocol/audit-line'
import { utf8 } from '@cloudos/protocol/bytes'
import { NO_HASH } from '@cloudos/protocol/ids'
import type { AppendFile, Disk } from '@cloudos/protocol/ports'
import { FIRST_SEGMENT, listSegments, readEnd, segmentFrom } from './segments.ts'
import type { Segment } from './segments.ts'

export interface OpenChain {
  readonly segments: readonly Segment[]
  /** First seqs of what is missing between segments. */
  readonly gaps: readonly number[]
  /** The newest segment. */
  readonly file: AppendFile
  readonly tip: AuditTip
}

const NOWHERE: AuditTip = { seq: 0, hash: NO_HASH }

/** Reads the end of each segment and no more. Behind `remembered`, a tip it once had, the chain goes on in a new segment. */
export async function openChain(
  disk: Disk,
  remembered: AuditTip | undefined,
  identity: DeviceIdentity,
): Promise<OpenChain> {
  const found = await listSegments(disk)
  const segments = found.length > 0 ? [...found] : [{ name: FIRST_SEGMENT, firstSeq: 1 }]
  const gaps: number[] = []
  let tip = NOWHERE
  for (const segment of segments.slice(0, -1)) {
    noteGap(gaps, tip, segment)
    tip = (await endOf(disk, segment)) ?? tip
  }
  const newest = segments.at(-1) ?? segmentFrom(1)
  noteGap(gaps, tip, newest)
  let file = await beginSegment(disk, newest, identity)
  tip = (await readEnd(file)).tip ?? tip
  if (remembered !== undefined && tip.seq < remembered.seq) {
    const next = segmentFrom(remembered.seq + 1)
    if (next.name !== newest.name) {
      noteGap(gaps, tip, next)
      await file.close()
      file = await beginSegment(disk, next, identity)
      segments.push(next)
    }
    tip = remembered
  }
  return { segments, gaps, file, tip }
}

/** Opens a segment for what comes next: a torn last line is cut, and an empty one first says whose it is. */
export async function beginSegment(
  disk: Disk,
  { name }: Segment,
  { deviceId, signer }: DeviceIdentity,
): Promise<AppendFile> {
  const file = await disk.openAppend(name)
  const { wholeBytes } = await readEnd(file)
  if (wholeBytes < file.sizeBytes) await file.truncate(wholeBytes)
  if (file.sizeBytes === 0) file.append(utf8(sayAuditOwner(deviceId, signer.publicKey)))
  return file
}

function noteGap(gaps: number[], tip: AuditTip, { firstSeq }: Segment): void {
  if (firstSeq > tip.seq + 1) gaps.push(tip.seq + 1)
}

async function endOf(disk: Disk, { name }: Segment): Promise<AuditTip | undefined> {
  const file = await disk.openAppend(name)
  try {
    return (await readEnd(file)).tip
  } finally {
    await file.close()
  }
}

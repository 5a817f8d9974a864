import { encodeAuditCheckpoint, encodeAuditEntry } from '../audit.ts'
import type { AuditEntry } from '../audit.ts'
import { NO_HASH } from '../ids.ts'
import { SAMPLE_MS, sampleBytes, sampleHex, sampleId } from './samples.ts'
import { badEdits, badForms, good } from './vector.ts'
import type { Vectors } from './vector.ts'

const FIRST: AuditEntry = {
  seq: 1,
  prev: NO_HASH,
  atMs: SAMPLE_MS,
  monotonicMs: 1_200,
  actor: 'owner',
  channel: 'socket',
  action: 'agent.status',
  decision: 'allowed',
  reason: 'ok',
}
const first = encodeAuditEntry(FIRST)
const full = encodeAuditEntry({
  ...FIRST,
  seq: 65,
  prev: sampleId('Hash', 0x20),
  actor: 'page',
  deviceId: sampleId('DeviceId', 0x21),
  channel: 'mesh',
  action: 'job.run',
  target: sampleId('Hash', 0x40),
  approvalId: sampleHex(16, 0x60),
  traceId: sampleHex(16, 0x70),
  alike: 3,
  tokenId: sampleId('TokenId', 0x80),
})
const denied = encodeAuditEntry({ ...FIRST, seq: 2, decision: 'denied', reason: 'no-grant' })

export const auditEntryVectors: Vectors = {
  good: [good('the first decision', first), good('a page with a token', full), good('a refusal', denied)],
  bad: [
    ...badForms(first),
    ...badEdits(first, [
      ['no version', 'bad-version', [1]],
      ['a newer version', 'newer-version', [1], 2],
      ['entry 0', 'bad-seq', [2], 0],
      ['no predecessor', 'missing-prev', [3]],
      ['a time before 1970', 'bad-atMs', [4], -1],
      ['an actor that nobody knows', 'bad-actor', [6], 9],
      ['a device of 15 bytes', 'bad-deviceId', [7], sampleBytes(15, 0)],
      ['no channel', 'missing-channel', [8]],
      ['a command with a capital', 'bad-action', [9], 'Agent.status'],
      ['neither allowed nor denied', 'bad-decision', [11], 0],
      ['no reason', 'bad-reason', [12], ''],
      ['a trace of 15 bytes', 'bad-traceId', [14], sampleBytes(15, 0)],
    ]),
  ],
}

const checkpoint = encodeAuditCheckpoint({
  deviceId: sampleId('DeviceId', 0x21),
  seq: 64,
  hash: sampleId('Hash', 0x20),
  atMs: SAMPLE_MS,
})

export const auditCheckpointVectors: Vectors = {
  good: [good('after 64 entries', checkpoint)],
  bad: [
    ...badForms(checkpoint),
    ...badEdits(checkpoint, [
      ['no version', 'bad-version', [1]],
      ['a newer version', 'newer-version', [1], 2],
      ['no device', 'missing-deviceId', [2]],
      ['of no entry', 'bad-seq', [3], 0],
      ['a hash of 31 bytes', 'bad-hash', [4], sampleBytes(31, 0)],
    ]),
  ],
}

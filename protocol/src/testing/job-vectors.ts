import { encodeJobReceipt, encodeReceiptBatch, encodeReceiptProof } from '../job-receipt.ts'
import type { JobReceipt } from '../job-receipt.ts'
import { encodeJobSpec } from '../job-spec.ts'
import type { JobSpec } from '../job-spec.ts'
import { NO_HASH } from '../ids.ts'
import { LIMITS } from '../limits.ts'
import { HOUR_MS, SAMPLE_MS, sampleBytes, sampleId } from './samples.ts'
import { bad, badEdits, badForms, good } from './vector.ts'
import type { Vectors } from './vector.ts'

const SPEC: JobSpec = {
  jobId: sampleId('JobId', 0x01),
  customer: sampleId('DeviceId', 0x21),
  kind: 'wasm',
  moduleHash: sampleId('Hash', 0x10),
  args: ['--lines', 'ü'],
  inputs: [
    { hash: sampleId('Hash', 0x30), sizeBytes: 1000, name: 'a.csv' },
    { hash: sampleId('Hash', 0x50), sizeBytes: 0, name: 'b.csv' },
  ],
  limits: {
    fuel: 10 ** 12,
    cpuMs: 60_000,
    wallMs: 120_000,
    memoryMiB: 256,
    outputBytes: 1_000_000,
    files: 16,
    diskMiB: 64,
    processes: 1,
    network: [],
  },
  isDeterministic: true,
  replicas: 3,
  price: { unit: 'nano-usd', max: 20_000_000 },
  notBeforeMs: SAMPLE_MS,
  expiresAtMs: SAMPLE_MS + 24 * HOUR_MS,
  resultPublicKey: sampleBytes(32, 0x70),
  minTier: 1,
  nonce: sampleBytes(16, 0x90),
}
const spec = encodeJobSpec(SPEC)
const ownSpec = encodeJobSpec({
  ...SPEC,
  provider: sampleId('DeviceId', 0x41),
  kind: 'process',
  inputs: [],
  limits: { ...SPEC.limits, fuel: 0, network: ['packages.example.org:443', '10.0.0.7:*'] },
  isDeterministic: false,
  replicas: 1,
  price: { unit: 'credit', max: 0 },
  minTier: 2,
})

export const jobSpecVectors: Vectors = {
  good: [good('three replicas on any provider', spec), good('own work on a named device', ownSpec)],
  bad: [
    ...badForms(spec),
    bad('more bytes than a spec may have', 'too-long', new Uint8Array(LIMITS.jobSpecMaxBytes + 1)),
    ...badEdits(spec, [
      ['a newer version', 'newer-version', [1], 2],
      ['no customer', 'missing-customer', [3]],
      ['an empty provider', 'bad-provider', [4], new Uint8Array(0)],
      ['a kind that nobody knows', 'bad-kind', [5], 6],
      ['an argument with a NUL', 'bad-args', [7], ['a\0b']],
      ['257 arguments', 'bad-args', [7], Array.from({ length: 257 }, () => '')],
      ['an input name that climbs', 'bad-inputs', [8, 0, 3], '..'],
      ['an input name with a folder', 'bad-inputs', [8, 0, 3], 'a/b'],
      ['an input name with a folder elsewhere', 'bad-inputs', [8, 0, 3], 'a\\b'],
      ['an input name that names a stream', 'bad-inputs', [8, 0, 3], 'a:b'],
      ['an input name of two cases', 'input-name-twice', [8, 1, 3], 'A.csv'],
      ['no time to run', 'bad-limits', [9, 3], 0],
      ['an endpoint without port', 'bad-limits', [9, 9], ['example.org']],
      ['an endpoint that is a number', 'bad-limits', [9, 9], ['2130706433:80']],
      ['a flag of 2', 'bad-isDeterministic', [10], 2],
      ['no replicas', 'bad-replicas', [11], 0],
      ['17 replicas', 'bad-replicas', [11], 17],
      ['a currency that nobody knows', 'bad-price', [12, 1], 3],
      ['a price beyond the safe integers', 'bad-price', [12, 2], 2n ** 53n],
      ['an end at the start', 'bad-validity', [14], SAMPLE_MS],
      ['an end a day and a millisecond later', 'too-long-lived', [14], SAMPLE_MS + 24 * HOUR_MS + 1],
      ['no key for the result', 'missing-resultPublicKey', [15]],
      ['tier 5', 'bad-minTier', [16], 5],
    ]),
  ],
}

const RECEIPT: JobReceipt = {
  jobHash: sampleId('Hash', 0x01),
  quoteHash: sampleId('Hash', 0x11),
  moduleHash: sampleId('Hash', 0x21),
  inputsRoot: sampleId('Hash', 0x31),
  outputHash: sampleId('Hash', 0x41),
  exitCode: 0,
  reason: 'ok',
  usage: { fuel: 123_456_789, cpuMs: 900, peakMiB: 48, outputBytes: 2000 },
  startedAtMs: SAMPLE_MS,
  endedAtMs: SAMPLE_MS + 1000,
  tier: 1,
  agentVersion: '0.1.0',
  prev: NO_HASH,
}
const { quoteHash: _quote, exitCode: _exit, ...ended } = RECEIPT
const receipt = encodeJobReceipt(RECEIPT)

export const jobReceiptVectors: Vectors = {
  good: [
    good('a job that ended by itself', receipt),
    good('a job that failed by a negative code', encodeJobReceipt({ ...RECEIPT, exitCode: -1 })),
    good('own work that was stopped at its memory', encodeJobReceipt({ ...ended, reason: 'limit:memory' })),
  ],
  bad: [
    ...badForms(receipt),
    bad('more bytes than a receipt may have', 'too-long', new Uint8Array(LIMITS.jobReceiptMaxBytes + 1)),
    ...badEdits(receipt, [
      ['no job', 'missing-jobHash', [1]],
      ['an ending by itself without exit code', 'ok-without-exit', [6]],
      ['an eviction with an exit code', 'exit-without-ok', [7], 4],
      ['a reason that nobody knows', 'bad-reason', [7], 5],
      ['usage without fuel', 'bad-usage', [8, 1]],
      ['an end before the start', 'ended-before-start', [10], SAMPLE_MS - 1],
      ['a tier that is text', 'bad-tier', [11], '1'],
    ]),
  ],
}

const batch = encodeReceiptBatch({
  deviceId: sampleId('DeviceId', 0x21),
  root: sampleId('Hash', 0x60),
  count: 1000,
  wallclockMs: SAMPLE_MS,
})

export const receiptBatchVectors: Vectors = {
  good: [good('a thousand receipts', batch)],
  bad: [
    ...badForms(batch),
    ...badEdits(batch, [
      ['no receipts', 'bad-count', [3], 0],
      ['more receipts than a path can name', 'bad-count', [3], 2 ** 20 + 1],
    ]),
  ],
}

const proof = encodeReceiptProof({
  receipt,
  index: 2,
  path: [sampleId('Hash', 0x70), sampleId('Hash', 0x80)],
  batch,
  signature: sampleBytes(64, 0xc0),
})

export const receiptProofVectors: Vectors = {
  good: [good('the third of four', proof)],
  bad: [
    ...badForms(proof),
    ...badEdits(proof, [
      ['an empty receipt', 'bad-receipt', [1], new Uint8Array(0)],
      ['an index beyond the largest batch', 'bad-index', [2], 2 ** 20],
      ['a path of 21', 'bad-path', [3], Array.from({ length: 21 }, () => sampleBytes(32, 0))],
      ['a signature of 63 bytes', 'bad-signature', [5], sampleBytes(63, 0)],
    ]),
  ],
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeAuthorityEntry, encodeSignedEntry, parseSignedEntry } from './authority.ts'
import { concatBytes } from './bytes.ts'
import { encodeSnapshotAck, parseSnapshotAck } from './snapshot-ack.ts'
import { encodeSigned, parseSigned } from './signed.ts'
import { SAMPLE_MS, sampleBytes, sampleId } from './testing/samples.ts'

const ack = {
  snapshotId: sampleId('Hash', 1),
  stateVectorHash: sampleId('Hash', 2),
  canonicalJsonHash: sampleId('Hash', 3),
  docId: sampleId('DocId', 4),
  deviceId: sampleId('DeviceId', 5),
  wallclockMs: SAMPLE_MS,
}
const payload = encodeSnapshotAck(ack)
const signature = sampleBytes(64, 0x80)

test('a signed record gives back the exact bytes that were signed', () => {
  const parsed = parseSigned(encodeSigned(payload, signature), parseSnapshotAck)
  assert.deepEqual(parsed, { ok: true, value: { value: ack, payload, signature } })
})

test('without a signature, or with something between, it is refused', () => {
  assert.deepEqual(parseSigned(signature, parseSnapshotAck), { ok: false, error: 'no-signature' })
  const stuffed = concatBytes(payload, Uint8Array.of(0), signature)
  assert.deepEqual(parseSigned(stuffed, parseSnapshotAck), { ok: false, error: 'trailing-bytes' })
})

test('a signature of another length is a bug', () => {
  assert.throws(() => encodeSigned(payload, sampleBytes(63, 0)), RangeError)
  assert.throws(() => encodeSignedEntry(payload, sampleBytes(31, 0), signature), RangeError)
})

test('the hash of an authority entry covers its signer and not its signature', () => {
  const entry = encodeAuthorityEntry({
    profileId: sampleId('ProfileId', 1),
    seq: 2,
    prev: sampleId('Hash', 2),
    body: { kind: 'revoke-device', deviceId: sampleId('DeviceId', 3), reason: 'lost' },
    wallclockMs: SAMPLE_MS,
  })
  const signer = sampleBytes(32, 0x10)
  const parsed = parseSignedEntry(encodeSignedEntry(entry, signer, signature))
  assert.ok(parsed.ok)
  assert.deepEqual(parsed.value.payload, entry)
  assert.deepEqual(parsed.value.hashedBytes, concatBytes(entry, signer))
})

test('an entry out of its place is not encoded', () => {
  const misplaced = {
    profileId: sampleId('ProfileId', 1),
    seq: 1,
    prev: sampleId('Hash', 2),
    body: { kind: 'checkpoint', stateHash: sampleId('Hash', 3) },
    wallclockMs: SAMPLE_MS,
  } as const
  assert.throws(() => encodeAuthorityEntry(misplaced), RangeError)
})

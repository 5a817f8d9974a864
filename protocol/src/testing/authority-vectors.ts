import { encodeAuthorityEntry, encodeSignedEntry } from '../authority.ts'
import { DEFAULT_POLICY } from '../authority-body.ts'
import type { AuthorityBody } from '../authority-body.ts'
import { NO_HASH } from '../ids.ts'
import { LIMITS } from '../limits.ts'
import { AGENT_CERTIFICATE, BROWSER_CERTIFICATE, SAMPLE_MS, sampleBytes, sampleId } from './samples.ts'
import { bad, badEdits, badForms, good } from './vector.ts'
import type { BadVector, Vectors } from './vector.ts'

function payloadOf(body: AuthorityBody): Uint8Array {
  const isFirst = body.kind === 'genesis'
  return encodeAuthorityEntry({
    profileId: sampleId('ProfileId', 0x01),
    seq: isFirst ? 1 : 5,
    prev: isFirst ? NO_HASH : sampleId('Hash', 0xa0),
    body,
    wallclockMs: SAMPLE_MS,
  })
}

/** The signature is no signature: whether one holds is for the vectors of crypto. */
function signed(payload: Uint8Array): Uint8Array {
  return encodeSignedEntry(payload, sampleBytes(32, 0x10), sampleBytes(64, 0xb0))
}

function signedEach(vectors: readonly BadVector[]): readonly BadVector[] {
  return vectors.map(({ name, refusal, bytes }) => bad(name, refusal, signed(bytes)))
}

const sealedKey = sampleBytes(80, 0x40)
const device = sampleId('DeviceId', 0x21)
const keys = { rootPublicKey: sampleBytes(32, 0x10), recoveryPublicKey: sampleBytes(32, 0x30) }

const genesis = payloadOf({ kind: 'genesis', ...keys, policy: DEFAULT_POLICY })
const addDevice = payloadOf({
  kind: 'add-device',
  certificate: AGENT_CERTIFICATE,
  sealedByEpoch: new Map([
    [sampleId('EpochId', 0x01), sealedKey],
    [sampleId('EpochId', 0x02), sealedKey],
  ]),
})
const revoke = payloadOf({ kind: 'revoke-device', deviceId: device, reason: 'stolen' })
const cut = payloadOf({
  kind: 'cut',
  deviceId: device,
  chainsByDoc: new Map([
    [
      sampleId('DocId', 0x01),
      new Map([
        [sampleId('Incarnation', 0x01), 17],
        [sampleId('Incarnation', 0x02), 0],
      ]),
    ],
  ]),
})
const rotate = payloadOf({ kind: 'rotate-epoch', sealedByDevice: new Map([[device, sealedKey]]) })
const recovery = payloadOf({
  kind: 'recovery-rotate',
  newRecoveryPublicKey: sampleBytes(32, 0x70),
  consent: sampleBytes(64, 0x90),
})

export const authorityVectors: Vectors = {
  good: [
    good('genesis', signed(genesis)),
    good('add-device, an agent that may read two epochs', signed(addDevice)),
    good(
      'add-device, a browser that may read none',
      signed(payloadOf({ kind: 'add-device', certificate: BROWSER_CERTIFICATE, sealedByEpoch: new Map() })),
    ),
    good('revoke-device', signed(revoke)),
    good('cut', signed(cut)),
    good('rotate-epoch', signed(rotate)),
    good('set-policy', signed(payloadOf({ kind: 'set-policy', policy: { ...DEFAULT_POLICY, epochDays: 1 } }))),
    good('slot-change', signed(payloadOf({ kind: 'slot-change', slotSetHash: sampleId('Hash', 0x50) }))),
    good('root-rotate', signed(payloadOf({ kind: 'root-rotate', newRootPublicKey: sampleBytes(32, 0x70) }))),
    good('recovery-rotate', signed(recovery)),
    good('checkpoint', signed(payloadOf({ kind: 'checkpoint', stateHash: sampleId('Hash', 0x60) }))),
  ],
  bad: [
    bad('no bytes', 'no-signature', new Uint8Array(0)),
    bad('signer and signature of nothing', 'no-signature', sampleBytes(96, 0)),
    ...signedEach([
      ...badForms(genesis).filter(({ name }) => name !== 'no bytes'),
      bad('more bytes than an entry may have', 'too-long', new Uint8Array(LIMITS.authorityEntryMaxBytes + 1)),
      ...badEdits(genesis, [
        ['a newer version', 'newer-version', [1], 2],
        ['no profile', 'missing-profileId', [2]],
        ['seq 0', 'bad-seq', [3], 0],
        ['a genesis that is not first', 'genesis-not-first', [3], 2],
        ['a genesis with a predecessor', 'bad-prev', [4], sampleBytes(32, 0xa0)],
        ['type 0', 'unknown-kind', [5], 0],
        ['type 11', 'unknown-kind', [5], 11],
        ['another type than its body', 'bad-certificate', [5], 2],
        ['a body that is no map', 'not-a-map', [6], 0],
        ['a root key of 33 bytes', 'bad-rootPublicKey', [6, 1], sampleBytes(33, 0)],
        ['a policy of 0 days', 'bad-policy', [6, 3, 3], 0],
        ['an unknown key in the body', 'unknown-key', [6, 4], 0],
        ['no time', 'missing-wallclockMs', [7]],
      ]),
      ...badEdits(addDevice, [
        ['an entry at seq 1 that is no genesis', 'first-not-genesis', [3], 1],
        ['an entry without predecessor that is no genesis', 'bad-prev', [4], new Uint8Array(32)],
        ['a certificate with both caps for an agent', 'bad-certificate', [6, 1, 8], [1, 2]],
        ['a certificate without proof', 'bad-certificate', [6, 1, 11]],
        ['a sealed key of 79 bytes', 'bad-sealedByEpoch', [6, 2, 0, 1], sampleBytes(79, 0)],
        ['an epoch twice', 'bad-sealedByEpoch', [6, 2, 1, 0], sampleBytes(8, 0x01)],
        ['epochs in descending order', 'bad-sealedByEpoch', [6, 2, 1, 0], sampleBytes(8, 0x00)],
      ]),
      ...badEdits(revoke, [
        ['a reason that nobody knows', 'bad-reason', [6, 2], 5],
        ['a device id of a hash', 'bad-deviceId', [6, 1], sampleBytes(32, 0)],
      ]),
      ...badEdits(cut, [
        ['a document without chains', 'bad-chainsByDoc', [6, 2, 0, 1], []],
        ['a negative seq', 'bad-chainsByDoc', [6, 2, 0, 1, 0, 1], -1],
      ]),
      ...badEdits(rotate, [['an epoch that nobody gets', 'missing-sealedByDevice', [6, 1]]]),
      ...badEdits(recovery, [['no consent of the old recovery key', 'missing-consent', [6, 2]]]),
    ]),
  ],
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeCertificate, parseCertificate } from '@cloudos/protocol/certificate'
import type { DeviceCertificate } from '@cloudos/protocol/certificate'
import { issueCertificate, signRenewal, verifyCertificate, verifyRenewal } from './certificate-check.ts'
import { profileIdFrom } from './derive.ts'
import { hasTorsion } from './signature-form.ts'
import { createSigner } from './signature.ts'
import { edgeSignatures } from './testing/edge-signatures.ts'
import { NOW_MS, sampleDevice } from './testing/profiles.ts'
import { createDice } from './testing/seeded.ts'

const profileId = profileIdFrom(new Uint8Array(32), new Uint8Array(32))
const otherProfile = profileIdFrom(new Uint8Array(32), new Uint8Array(32).fill(1))
const dice = createDice(21)
const challenge = dice.bytes(32)
const device = sampleDevice(dice, 'phone')

test('a device proves the keys it asks a certificate for, to this profile and this challenge', async () => {
  const certificate = await issued('phone')
  const arrived = parseCertificate(encodeCertificate(certificate))
  assert.ok(arrived.ok)
  assert.deepEqual(await verifyCertificate(arrived.value, profileId, challenge), {
    ok: true,
    value: device.identity.deviceId,
  })
  assert.equal(await fault(certificate, { profileId: otherProfile }), 'bad-proof')
  assert.equal(await fault(certificate, { challenge: dice.bytes(32) }), 'other-challenge')
  assert.equal(
    await fault({ ...certificate, challenge: new Uint8Array(32) }, { challenge: new Uint8Array(32) }),
    'bad-proof',
  )
})

test('another key than the proven ones, or one that serves two purposes, is refused', async () => {
  const certificate = await issued('phone')
  const other = createSigner(dice.bytes(32)).publicKey
  for (const key of ['signPublicKey', 'peerPublicKey', 'spendPublicKey', 'settlePublicKey'] as const)
    assert.equal(await fault({ ...certificate, [key]: other }), 'bad-proof')
  assert.equal(await fault({ ...certificate, boxPublicKey: new Uint8Array(32).fill(9) }), 'bad-proof')
  assert.equal(await fault({ ...certificate, peerPublicKey: certificate.signPublicKey }), 'shared-key')
  assert.equal(await fault({ ...certificate, spendPublicKey: other, settlePublicKey: other }), 'shared-key')
})

test('a key that others can use too is refused wherever it stands', async () => {
  const certificate = await issued('phone')
  const weak = [new Uint8Array(32), new Uint8Array(32).fill(255), Uint8Array.of(1, ...new Uint8Array(31))]
  const mixed = edgeSignatures()
    .map(({ publicKey }) => publicKey)
    .filter(hasTorsion)
  assert.ok(mixed.length > 0)
  for (const key of mixed) assert.equal(await fault({ ...certificate, signPublicKey: key }), 'weak-key')
  for (const key of weak) {
    assert.equal(await fault({ ...certificate, signPublicKey: key }), 'weak-key')
    assert.equal(await fault({ ...certificate, spendPublicKey: key }), 'weak-key')
    assert.equal(await fault({ ...certificate, boxPublicKey: key }), 'weak-key')
  }
})

test('a name that could deceive does not get as far as a certificate on the wire', async () => {
  for (const name of ['', ' phone', 'pho\u202ene', 'phone\n', 'ph\u0000ne', 'cafe\u0301', 'x'.repeat(65)]) {
    const certificate = await issued(name)
    assert.throws(() => encodeCertificate(certificate), RangeError, JSON.stringify(name))
  }
  assert.ok(encodeCertificate(await issued('Jürgens 🖥')))
})

test('an agent is let in for half a year and a browser for a day', async () => {
  const hours = (certificate: DeviceCertificate): number =>
    (certificate.notAfterMs - certificate.notBeforeMs) / 3_600_000
  assert.equal(hours(await issued('phone')), 180 * 24)
  assert.equal(hours(await issueCertificate({ ...request('tab'), class: 'browser' })), 24)
})

test('a renewal counts when the root of now signed it', async () => {
  const [root, oldRoot] = [createSigner(dice.bytes(32)), createSigner(dice.bytes(32))]
  const { deviceId } = device.identity
  const renewal = await signRenewal(root, { profileId, deviceId, issuedAtMs: NOW_MS, notAfterMs: NOW_MS + 1 })
  assert.equal(await verifyRenewal(renewal, root.publicKey), true)
  assert.equal(await verifyRenewal(renewal, oldRoot.publicKey), false)
})

function request(name: string) {
  return { profileId, identity: device.identity, name, class: 'agent', caps: [], challenge, nowMs: NOW_MS } as const
}

function issued(name: string): Promise<DeviceCertificate> {
  return issueCertificate(request(name))
}

async function fault(
  certificate: DeviceCertificate,
  changed: Partial<{ profileId: typeof profileId; challenge: Uint8Array }> = {},
) {
  const outcome = await verifyCertificate(certificate, changed.profileId ?? profileId, changed.challenge ?? challenge)
  return outcome.ok ? undefined : outcome.error
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import { chainKey, findId } from '@cloudos/protocol/ids'
import type { DocId, Incarnation } from '@cloudos/protocol/ids'
import { foldAuthority } from './authority-fold.ts'
import type { AuthorityState } from './authority-state.ts'
import { CERTIFICATE_TTL_MS, issueCertificate } from './certificate-check.ts'
import { addDevice, revokeDevice, rotateEpoch } from './change-authority.ts'
import type { DeviceIdentity } from './device-identity.ts'
import { membershipFrom } from './membership.ts'
import type { Membership } from './membership.ts'
import { createSigner } from './signature.ts'
import { NOW_MS, sampleDevice, sampleProfile } from './testing/profiles.ts'
import type { SampleProfile } from './testing/profiles.ts'
import { createDice } from './testing/seeded.ts'
import type { VerifiedEntry } from './verified-entry.ts'

const TTL_MS = CERTIFICATE_TTL_MS.browser
const docId = idOf('DocId', 'd0'.repeat(16))
const incarnation = idOf('Incarnation', '00000001')

test('every device of a new profile opens the same epoch key and finds the others by their peer id', async () => {
  const profile = await sampleProfile(createDice(1))
  const [mine, theirs] = [profile.laptop, profile.desktop].map(({ identity }) => memberships(profile.state, identity))
  assert.ok(mine && theirs)
  assert.equal(mine.currentEpoch, theirs.currentEpoch)
  const key = mine.epochKey(mine.currentEpoch)
  assert.equal(key?.length, 32)
  assert.deepEqual(key, theirs.epochKey(mine.currentEpoch))
  assert.deepEqual(key, profile.keyByEpoch.get(mine.currentEpoch))

  const peerId = hexFromBytes(createSigner(profile.desktop.identity.peerSeed).publicKey)
  const desktop = mine.memberByPeer(peerId, NOW_MS)
  assert.equal(desktop?.deviceId, profile.desktop.identity.deviceId)
  assert.deepEqual(desktop.signPublicKey, profile.desktop.identity.signer.publicKey)
  assert.equal(mine.memberByPeer('00'.repeat(32), NOW_MS), undefined)
  assert.deepEqual(mine.members().map(({ name, order }) => [name, order]), [['laptop', 2], ['desktop', 3]]) // prettier-ignore
})

test('a lapsed certificate closes the door and keeps the member, until it is renewed', async () => {
  const { state, laptop, desktop } = await sampleProfile(createDice(2))
  const { deviceId, peerSeed } = laptop.identity
  const peerId = hexFromBytes(createSigner(peerSeed).publicKey)
  const membership = memberships(state, desktop.identity)
  assert.ok(membership.memberByPeer(peerId, NOW_MS + TTL_MS - 1))
  assert.equal(membership.memberByPeer(peerId, NOW_MS + TTL_MS), undefined)
  assert.equal(membership.memberByPeer(peerId, NOW_MS - 1), undefined)
  assert.equal(membership.member(deviceId)?.name, 'laptop')

  const issued = (issuedAtMs: number, notAfterMs: number) => ({
    profileId: state.profileId,
    deviceId,
    issuedAtMs,
    notAfterMs,
  })
  const renewals = [issued(NOW_MS + 1, NOW_MS + 2 * TTL_MS), issued(NOW_MS, NOW_MS + 9 * TTL_MS)]
  const renewed = membershipFrom(state, desktop.identity, renewals)
  assert.ok(renewed.ok)
  assert.ok(renewed.value.memberByPeer(peerId, NOW_MS + 2 * TTL_MS - 1))
  assert.equal(renewed.value.memberByPeer(peerId, NOW_MS + 2 * TTL_MS), undefined)
})

test('a revoked device is shut out, gets no later key, and counts up to the cut', async () => {
  const dice = createDice(3)
  const profile = await sampleProfile(dice)
  const { deviceId } = profile.desktop.identity
  const chain = chainKey(deviceId, incarnation)
  const admitted = new Map([[docId, new Map([[incarnation, 7]])]])
  const { entries, keyByEpoch } = await revokeDevice(
    { ...power(profile), rng: dice },
    { deviceId, reason: 'stolen', admitted },
  )
  const state = folded(profile, [...profile.entries, ...entries])
  const membership = memberships(state, profile.laptop.identity)

  assert.notEqual(membership.currentEpoch, profile.state.currentEpoch)
  assert.deepEqual(membership.epochKey(membership.currentEpoch), keyByEpoch.get(membership.currentEpoch))
  assert.equal(state.epochs.at(-1)?.sealedByDevice.has(deviceId), false)
  assert.deepEqual(membershipFrom(state, profile.desktop.identity), { ok: false, error: 'revoked' })
  const peerId = hexFromBytes(createSigner(profile.desktop.identity.peerSeed).publicKey)
  assert.equal(membership.memberByPeer(peerId, NOW_MS), undefined)
  assert.equal(membership.member(deviceId)?.revoked, true)

  assert.equal(membership.cut(docId, chain), 7)
  assert.equal(membership.cut(docId, chainKey(deviceId, idOf('Incarnation', '00000002'))), 0)
  assert.equal(membership.cut(docId, chainKey(profile.laptop.identity.deviceId, incarnation)), undefined)
  assert.equal(state.rotationDue, false)
})

test('a device added later reads the epochs it was given, and a vault none', async () => {
  const dice = createDice(4)
  const profile = await sampleProfile(dice)
  const rotated = await rotateEpoch({ ...power(profile), rng: dice })
  let entries: readonly VerifiedEntry[] = [...profile.entries, ...rotated.entries]
  const [phone, box] = [sampleDevice(dice, 'phone', 'browser'), sampleDevice(dice, 'box', 'vault')]
  for (const { identity, name, class: deviceClass } of [phone, box]) {
    const { profileId } = profile
    const challenge = dice.bytes(32)
    const certificate = await issueCertificate({
      profileId,
      identity,
      name,
      class: deviceClass,
      caps: [],
      challenge,
      nowMs: NOW_MS,
    })
    const state = folded(profile, entries)
    entries = [
      ...entries,
      ...(await addDevice({ ...power(profile), state, rng: dice }, certificate, rotated.keyByEpoch)),
    ]
  }
  const state = folded(profile, entries)
  const membership = memberships(state, phone.identity)
  assert.ok(membership.epochKey(membership.currentEpoch))
  assert.equal(profile.state.currentEpoch && membership.epochKey(profile.state.currentEpoch), undefined)
  const blind = memberships(state, box.identity)
  assert.equal(blind.epochKey(blind.currentEpoch), undefined)
  assert.equal(state.rotationDue, false)
})

test('who is not in has no membership', async () => {
  const dice = createDice(5)
  const { state } = await sampleProfile(dice)
  assert.deepEqual(membershipFrom(state, sampleDevice(dice, 'stranger').identity), {
    ok: false,
    error: 'unknown-device',
  })
})

function memberships(state: AuthorityState, identity: DeviceIdentity): Membership {
  const membership = membershipFrom(state, identity)
  assert.ok(membership.ok)
  return membership.value
}

function folded(profile: SampleProfile, entries: readonly VerifiedEntry[]): AuthorityState {
  const state = foldAuthority(profile.profileId, entries)
  assert.ok(state.ok)
  return state.value
}

function power({ state, rootSigner }: SampleProfile) {
  return { state, root: rootSigner, nowMs: NOW_MS }
}

function idOf(name: 'DocId', hex: string): DocId
function idOf(name: 'Incarnation', hex: string): Incarnation
function idOf(name: 'DocId' | 'Incarnation', hex: string): DocId | Incarnation {
  const id = findId(name, hex)
  assert.ok(id)
  return id
}

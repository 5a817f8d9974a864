import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CERTIFICATE_TTL_MS, renewalFrom, signRenewal } from '@cloudos/crypto/certificate-check'
import { rotateRoot } from '@cloudos/crypto/change-authority'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import type { FoundedProfile } from '@cloudos/crypto/found-profile'
import { createSigner } from '@cloudos/crypto/signature'
import type { Signer } from '@cloudos/crypto/signature'
import { createDice } from '@cloudos/crypto/testing/seeded'
import type { DeviceClass } from '@cloudos/protocol/certificate'
import { encodeSigned } from '@cloudos/protocol/signed'
import type { Profile } from '../profile.ts'
import { DOC, instantClock, peerIdOf } from '../testing/family.ts'
import { MemoryNetwork } from '../testing/memory-net.ts'
import { foundWith, keptOf, newDevice, openKept } from '../testing/profiles.ts'
import { SteppedClock } from '../testing/stepped-clock.ts'

const dice = createDice(21)
const DAY_MS = CERTIFICATE_TTL_MS.browser

async function renewal(
  { profileId }: FoundedProfile,
  root: Signer,
  { deviceId }: DeviceIdentity,
  kind: DeviceClass,
  nowMs: number,
): Promise<Uint8Array> {
  const { payload, signature } = await signRenewal(root, renewalFrom(profileId, { deviceId, class: kind }, nowMs))
  return encodeSigned(payload, signature)
}

async function pageAndAgent() {
  const [agent, page] = [newDevice(dice), newDevice(dice)]
  const founded = await foundWith(dice, [[agent, 'agent'], [page, 'browser']]) // prettier-ignore
  const clock = new SteppedClock(instantClock.nowMs())
  const network = new MemoryNetwork()
  const keptByAgent = keptOf(founded, agent, dice)
  const [a, p] = [await openKept(keptByAgent, clock), await openKept(keptOf(founded, page, dice), clock)]
  a.attach(network.join(peerIdOf(agent)))
  const meet = async (): Promise<void> => {
    await p.connect(network.join(peerIdOf(page)), peerIdOf(agent))
    await settle(network, clock)
  }
  const text = async (profile: Profile) => (await profile.replica.open(DOC)).ydoc.getText('t')
  return { agent, page, founded, clock, network, keptByAgent, a, p, meet, text }
}

/** What waits for the clock (a frame said to be kept) gets its turn. */
async function settle(network: MemoryNetwork, clock: SteppedClock): Promise<void> {
  await network.settle()
  clock.step(50)
  await network.settle()
}

test('a certificate that ends lets the device go; renewed by the root it gets in again with what it wrote meanwhile', async () => {
  const { page, agent, founded, clock, network, a, p, meet, text } = await pageAndAgent()
  await meet()
  ;(await text(p)).insert(0, 'before')
  await settle(network, clock)
  assert.equal((await text(a)).toJSON(), 'before')
  assert.deepEqual(a.replica.peers(), [peerIdOf(page)])

  clock.step(DAY_MS)
  await settle(network, clock)
  assert.deepEqual(a.replica.peers(), [])
  assert.deepEqual([a.admits(peerIdOf(page)), a.mayKnock(peerIdOf(page))], [false, true])
  ;(await text(p)).insert(6, ' and after')
  await meet()
  assert.equal((await text(a)).toJSON(), 'before')

  await p.renewals.take([await renewal(founded, founded.rootSigner, page, 'browser', clock.nowMs())])
  await meet()
  assert.equal((await text(a)).toJSON(), 'before and after')
  assert.ok(a.admits(peerIdOf(page)) && p.admits(peerIdOf(agent)))
  await Promise.all([a.close(), p.close()])
})

test('a renewal reaches who is connected at once, is there after a restart, and an older one does not undo it', async () => {
  const { page, agent, founded, clock, network, keptByAgent, a, p, meet } = await pageAndAgent()
  await meet()
  const nowMs = clock.nowMs()
  const [first, second] = [
    await renewal(founded, founded.rootSigner, page, 'browser', nowMs + 1),
    await renewal(founded, founded.rootSigner, page, 'browser', nowMs + 9),
  ]
  await p.renewals.take([second])
  await settle(network, clock)
  await a.renewals.take([first])
  const endsMs = nowMs + 9 + DAY_MS
  assert.equal(a.membership.member(page.deviceId)?.notAfterMs, endsMs)
  await a.close()
  const again = await openKept(keptByAgent, clock)
  assert.equal(again.membership.member(page.deviceId)?.notAfterMs, endsMs)
  assert.equal(again.membership.member(agent.deviceId)?.class, 'agent')
  await Promise.all([again.close(), p.close()])
})

test('a renewal that the root of now has not signed renews nobody, and counts once its root is known', async () => {
  const { page, founded, clock, a, p } = await pageAndAgent()
  const before = a.membership.member(page.deviceId)?.notAfterMs
  const thief = createSigner(dice.bytes(32))
  await a.renewals.take([await renewal(founded, thief, page, 'browser', clock.nowMs() + 1)])
  assert.equal(a.membership.member(page.deviceId)?.notAfterMs, before)

  const power = { state: a.authority.state, rng: dice, nowMs: clock.nowMs() }
  const { entries, rootSeed } = await rotateRoot(power, founded.rootSigner)
  await a.renewals.take([await renewal(founded, createSigner(rootSeed), page, 'browser', clock.nowMs() + 5)])
  assert.equal(a.membership.member(page.deviceId)?.notAfterMs, before)
  await a.authority.take(entries.map(({ bytes }) => bytes))
  await a.renewals.retry()
  assert.equal(a.membership.member(page.deviceId)?.notAfterMs, clock.nowMs() + 5 + DAY_MS)
  await Promise.all([a.close(), p.close()])
})

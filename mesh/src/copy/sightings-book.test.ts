import assert from 'node:assert/strict'
import { test } from 'node:test'
import { revokeDevice } from '@cloudos/crypto/change-authority'
import { hashId } from '@cloudos/crypto/hash'
import { signFor } from '@cloudos/crypto/signature'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { utf8 } from '@cloudos/protocol/bytes'
import { encodeSightings } from '@cloudos/protocol/sightings'
import type { SeenHead } from '@cloudos/protocol/sightings'
import { encodeSigned } from '@cloudos/protocol/signed'
import type { Profile } from '../profile.ts'
import { instantClock, peerIdOf } from '../testing/family.ts'
import { MemoryNetwork } from '../testing/memory-net.ts'
import { foundWith, keptOf, newDevice, openKept } from '../testing/profiles.ts'
import type { KeptProfileParts } from '../testing/profiles.ts'
import { mediumName } from './sightings-book.ts'

const MEDIUM = mediumName('webdav', 'https://dav.example.org/cloudos/')

function headAt(gen: number): SeenHead {
  return { gen, hash: hashId(utf8(`head ${String(gen)}`)) }
}

/** Time stands still, and rounds come only when a test asks for them. */
const clock = {
  ...instantClock,
  sleep: (_ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => signal?.addEventListener('abort', () => { resolve() })), // prettier-ignore
}

interface Home {
  readonly kept: KeptProfileParts
  readonly profile: Profile
}

async function homes(size: number, network: MemoryNetwork): Promise<readonly Home[]> {
  const dice = createDice(21)
  const identities = Array.from({ length: size }, () => newDevice(dice))
  const founded = await foundWith(
    dice,
    identities.map((identity) => [identity, 'agent'] as const),
  )
  return Promise.all(identities.map((identity) => openHome(keptOf(founded, identity, dice), network)))
}

async function openHome(kept: KeptProfileParts, network: MemoryNetwork): Promise<Home> {
  const profile = await openKept(kept, clock)
  profile.attach(network.join(peerIdOf(kept.identity)))
  return { kept, profile }
}

async function meet(network: MemoryNetwork, a: Home, b: Home): Promise<void> {
  await a.profile.connect(network.join(peerIdOf(a.kept.identity)), peerIdOf(b.kept.identity))
  await network.settle()
}

function toldTo({ profile }: Home): readonly (readonly number[])[] {
  return profile.sightings.known(MEDIUM).told.map(({ heads }) => heads.map(({ gen }) => gen))
}

test('what a medium has shown to a device comes to the others, also through one between them, and is known after a restart', async () => {
  const network = new MemoryNetwork()
  const [a, between, b] = await homes(3, network)
  assert.ok(a && between && b)
  for (const gen of [1, 2, 3]) await a.profile.sightings.saw(MEDIUM, headAt(gen), 0)
  await meet(network, a, between)
  await a.profile.close()
  await meet(network, between, b)
  assert.deepEqual(toldTo(b), [[1, 2, 3]])
  await b.profile.close()
  const again = await openHome(b.kept, new MemoryNetwork())
  assert.deepEqual(toldTo(again), [[1, 2, 3]])
  for (const { profile } of [between, again]) await profile.close()
})

test('a device that keeps a copy no longer is held against nobody, and one that was removed does not count', async () => {
  const network = new MemoryNetwork()
  const [a, b, c] = await homes(3, network)
  assert.ok(a && b && c)
  await a.profile.sightings.saw(MEDIUM, headAt(7), 0)
  await c.profile.sightings.saw(MEDIUM, headAt(9), 0)
  await meet(network, c, b)
  await meet(network, a, b)
  assert.deepEqual(toldTo(b).flat().sort(), [7, 9])
  const { founded, identity } = c.kept
  const revocation = { deviceId: identity.deviceId, reason: 'stolen', admitted: new Map<never, never>() } as const
  const power = { state: b.profile.authority.state, root: founded.rootSigner, rng: createDice(22), nowMs: 1 }
  await b.profile.authority.take((await revokeDevice(power, revocation)).entries.map(({ bytes }) => bytes))
  assert.deepEqual(toldTo(b), [[7]])
  await a.profile.sightings.forget(MEDIUM)
  await meet(network, a, b)
  assert.deepEqual(toldTo(b), [[]])
  for (const { profile } of [a, b, c]) await profile.close()
})

test('a device that has lost its memory gets back what it has said itself, and older words change nothing', async () => {
  const network = new MemoryNetwork()
  const [a, b] = await homes(2, network)
  assert.ok(a && b)
  await a.profile.sightings.saw(MEDIUM, headAt(1), 0)
  const old = a.profile.sightings.signed()
  await a.profile.sightings.saw(MEDIUM, headAt(2), 0)
  await meet(network, a, b)
  for (const bytes of old) assert.equal(await b.profile.sightings.take(bytes), false)
  await a.profile.close()
  a.kept.sightings.clear()
  const without = await openHome(a.kept, network)
  assert.deepEqual(without.profile.sightings.known(MEDIUM).own.heads, [])
  await meet(network, without, b)
  assert.deepEqual(without.profile.sightings.known(MEDIUM).own.heads, [headAt(1), headAt(2)])
  assert.deepEqual(toldTo(b), [[1, 2]])
  for (const { profile } of [without, b]) await profile.close()
})

test('sightings that are altered, or signed by nobody of the profile, are not heard', async () => {
  const network = new MemoryNetwork()
  const [a, b] = await homes(2, network)
  assert.ok(a && b)
  await a.profile.sightings.saw(MEDIUM, headAt(1), 0)
  const stranger = newDevice(createDice(23))
  const payload = encodeSightings({
    medium: MEDIUM,
    heads: [headAt(9)],
    settled: 0,
    count: 1,
    deviceId: stranger.deviceId,
  })
  const foreign = encodeSigned(payload, await signFor(stranger.signer, 'sightings', payload))
  assert.equal(await b.profile.sightings.take(foreign), false)
  for (const bytes of a.profile.sightings.signed())
    for (let at = 0; at < bytes.length; at++)
      assert.equal(await b.profile.sightings.take(bytes.with(at, (bytes[at] ?? 0) ^ 1)), false, `byte ${String(at)}`)
  assert.deepEqual(toldTo(b), [])
  for (const { profile } of [a, b]) await profile.close()
})

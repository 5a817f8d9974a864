import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDice } from '@cloudos/crypto/testing/seeded'
import { createNode } from '@cloudos/mesh/agent-node'
import { HEADS_PROTOCOL } from '@cloudos/mesh/heads-session'
import { RENEWALS_PROTOCOL } from '@cloudos/mesh/renewals/renewal-exchange'
import { openProfile } from '@cloudos/mesh/profile'
import { SYNC_PROTOCOL } from '@cloudos/mesh/replica'
import { createDiskStore } from '@cloudos/mesh/disk-log'
import { MemoryDisk } from '@cloudos/mesh/testing/memory-disk'
import { foundProfile } from '@cloudos/crypto/found-profile'
import { createDeviceSeeds, deviceIdentityFrom } from '@cloudos/crypto/device-identity'
import { nodeClock } from './node-ports.ts'
import { keepReaching } from './keep-reaching.ts'

test('a session that ends while its connection lives is begun again', async (t) => {
  const dice = createDice(5)
  const identities = [0, 1].map(() => deviceIdentityFrom(createDeviceSeeds(dice)))
  const [one, two] = identities
  if (one === undefined || two === undefined) throw new RangeError()
  const founded = await foundProfile({
    rng: dice,
    nowMs: Date.now(),
    devices: identities.map((identity, at) => ({ identity, name: `device ${String(at)}`, class: 'agent' })),
  })
  const profile = await openProfile({
    profileId: founded.profileId,
    identity: one,
    authority: {
      load: () => Promise.resolve({ entries: founded.entries.map(({ bytes }) => bytes), keyChanges: [] }),
      append: () => Promise.resolve(),
    },
    frames: createDiskStore(new MemoryDisk()),
    heads: { load: () => Promise.resolve([]), save: () => Promise.resolve() },
    sightings: { load: () => Promise.resolve([]), save: () => Promise.resolve() },
    renewals: { load: () => Promise.resolve([]), save: () => Promise.resolve() },
    clock: nodeClock,
    rng: dice,
    onIncident: (incident) => assert.fail(incident.kind),
  })
  const near = await createNode({ peerSeed: one.peerSeed, mayConnect: () => true, listen: [] })
  const far = await createNode({ peerSeed: two.peerSeed, mayConnect: () => true, listen: ['/ip4/127.0.0.1/tcp/0'] })
  const stop = new AbortController()
  t.after(async () => {
    stop.abort()
    await profile.close()
    await Promise.all([near.stop(), far.stop()])
  })
  const again = Promise.withResolvers<void>()
  let sessions = 0
  far.net.handle(RENEWALS_PROTOCOL, (channel) => {
    channel.close()
  })
  far.net.handle(HEADS_PROTOCOL, () => undefined)
  far.net.handle(SYNC_PROTOCOL, (channel) => {
    sessions += 1
    if (sessions === 1) channel.close()
    else again.resolve()
  })
  const peer = { peerId: far.peerId, addresses: far.addresses(), seenMs: 0 }
  const reaching = keepReaching(peer, {
    node: near,
    profile,
    meet: () => Promise.resolve(),
    clock: nodeClock,
    rng: dice,
    signal: stop.signal,
  })
  await again.promise
  stop.abort()
  await reaching
})

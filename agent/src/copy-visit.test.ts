import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { issueCertificate } from '@cloudos/crypto/certificate-check'
import { addDevice } from '@cloudos/crypto/change-authority'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { createNode } from '@cloudos/mesh/agent-node'
import { AuthorityLog } from '@cloudos/mesh/authority-log'
import type { MeshNode } from '@cloudos/mesh/node-parts'
import { PAIR_PROTOCOL } from '@cloudos/mesh/pairing/handshake'
import { visitForCopies } from '@cloudos/mesh/pairing/pair'
import type { CopyVisit } from '@cloudos/mesh/pairing/pair'
import { encodePairingMessage } from '@cloudos/mesh/pairing/talk'
import type { CopyPlace } from '@cloudos/mesh/pairing/talk'
import { RPC_PROTOCOL } from '@cloudos/mesh/rpc'
import { DOC } from '@cloudos/mesh/testing/family'
import { newDevice } from '@cloudos/mesh/testing/profiles'
import { parseCertificate } from '@cloudos/protocol/certificate'
import type { DeviceCertificate } from '@cloudos/protocol/certificate'
import type { Invitation } from '@cloudos/protocol/invitation'
import { connectFolder, foundFolder } from '@cloudos/storage-adapters/folder'
import { createDisk } from './disk.ts'
import { openJournal } from './journal/journal.ts'
import { folderKind } from './media/folder-kind.ts'
import { MediaDesk } from './media/media-desk.ts'
import { startMeshHost } from './mesh-host.ts'
import type { MeshHost } from './mesh-host.ts'
import { createReserve } from './reserve.ts'
import { ask, openDoor } from './testing/open-door.ts'
import { noSignIn } from './testing/no-sign-in.ts'
import { house, NOW_MS, stillClock } from './testing/protected-house.ts'
import type { House } from './testing/protected-house.ts'
import { folderFor } from './testing/run-agent.ts'

/** What a test stands on; `stack` ends before the folder goes. */
interface Ground {
  readonly t: TestContext
  readonly stack: AsyncDisposableStack
  readonly home: string
}

interface Machine {
  readonly host: MeshHost
  readonly media: MediaDesk
  readonly port: number
  readonly answer: (path: string) => ReturnType<typeof ask>
}

/** An agent as it starts in this home: in no profile the first time. */
async function startMachine({ t, stack, home }: Ground, { dice }: House): Promise<Machine> {
  const identity = newDevice(dice)
  const journal = openJournal(join(home, 'journal.db'), 0, createReserve(join(home, 'reserve')))
  const door = await openDoor(t)
  const host = await startMeshHost({
    ...{ identity, deviceName: 'cellar', journal, frames: createDisk(join(home, 'log')), door },
    ...{ clock: stillClock, rng: dice, onIncident: () => assert.fail('an incident') },
  })
  const media = new MediaDesk({
    kinds: { folder: folderKind({ found: foundFolder, connect: connectFolder }) },
    ...{ media: journal.media, ways: journal.ways, identity, homeFolder: home },
    ...{ clock: stillClock, rng: dice, onIncident: () => assert.fail('an incident') },
  })
  host.onOpened((profile) => {
    media.open(profile)
  })
  host.answerVisitors(media, noSignIn)
  host.serveCommands(() => assert.fail('a command'))
  stack.defer(async () => {
    await media[Symbol.asyncDispose]()
    await host.close()
    journal.close()
  })
  return { host, media, port: door.port, answer: (path) => ask(door, path) }
}

/** A folder that another machine has left a copy in, with one edit. */
async function leaveCopy({ stack, home }: Ground, { profiles, identities, ways, dice }: House): Promise<string> {
  const [profile, identity] = [profiles[0], identities[0]]
  assert.ok(profile && identity)
  const old = join(home, 'old')
  mkdirSync(old)
  const journal = openJournal(join(old, 'journal.db'), 0, createReserve(join(old, 'reserve')))
  journal.ways.put(ways)
  const doc = await profile.replica.open(DOC)
  doc.ydoc.getText('text').insert(0, CANARY)
  await doc.durable()
  const desk = new MediaDesk({
    kinds: { folder: folderKind({ found: foundFolder, connect: connectFolder }) },
    ...{ media: journal.media, ways: journal.ways, identity, homeFolder: old },
    ...{ clock: stillClock, rng: dice, onIncident: () => assert.fail('an incident') },
  })
  desk.open(profile)
  const stick = join(home, 'stick')
  mkdirSync(stick)
  await desk.add({ kind: 'folder', where: stick })
  stack.defer(async () => {
    await desk[Symbol.asyncDispose]()
    await profile.close()
    journal.close()
  })
  return stick
}

function folderAt(where: string): CopyPlace {
  return { in: 'place', place: { kind: 'folder', where } }
}

const CANARY = 'the heron lands at dawn'

interface Visitor {
  readonly identity: DeviceIdentity
  readonly node: MeshNode
  /** Proves the secret and asks from then on. */
  readonly visit: (invitation: Invitation) => Promise<CopyVisit>
}

async function arrive({ stack }: Ground, { dice }: House): Promise<Visitor> {
  const identity = newDevice(dice)
  const node = await createNode({ peerSeed: identity.peerSeed, mayConnect: () => true, listen: [] })
  stack.defer(() => node.stop())
  return {
    identity,
    node,
    async visit({ peerId, addresses, secret, profileId }) {
      await node.dial(peerId, addresses)
      const channel = await node.net.open(peerId, PAIR_PROTOCOL)
      const self = { identity, peerId: node.peerId, name: 'page', class: 'browser' as const }
      const signal = AbortSignal.timeout(20_000)
      return visitForCopies({ channel, self, secrets: [secret], profileId, rng: dice, signal })
    },
  }
}

test('who merely reaches the port gets nothing of a copy: without the secret of a fresh link no byte is said', async (t) => {
  await using stack = new AsyncDisposableStack()
  const ground = { t, stack, home: folderFor(t) }
  const family = await house(1, 31)
  const stick = await leaveCopy(ground, family)
  const { host, port, answer } = await startMachine(ground, family)
  const where = folderAt(stick)
  const nobody = await arrive(ground, family)
  const peerId = host.inviteThePage().peerId
  host.desk.use(host.desk.secrets()[0] ?? new Uint8Array())
  const address = [`/ip4/127.0.0.1/tcp/${String(port)}/ws`]
  await nobody.node
    .dial(peerId, address)
    .then(() => nobody.node.net.open(peerId, PAIR_PROTOCOL))
    .then(
      () => assert.fail('no link is out, and somebody was let in'),
      () => undefined,
    )

  const link = host.inviteThePage()
  const stranger = await arrive(ground, family)
  await stranger.node.dial(peerId, link.addresses)
  for (const protocol of [PAIR_PROTOCOL, RPC_PROTOCOL]) {
    const channel = await stranger.node.net.open(peerId, protocol)
    const heard: Uint8Array[] = []
    channel.onMessage((message) => heard.push(message))
    const closed = new Promise<void>((resolve) => {
      channel.onClose(resolve)
    })
    channel.send(encodePairingMessage({ kind: 'ask-copy', where }))
    channel.send(encodePairingMessage({ kind: 'ask-copy', where }))
    await closed
    const said = heard.reduce((sum, message) => sum + message.length, 0)
    assert.ok(said < 200, `${protocol} said ${String(said)} bytes`)
  }
  await assert.rejects(stranger.visit({ ...link, secret: family.dice.bytes(16) }), { code: 'pairing-ended' })
  for (const path of [stick, join(stick, 'README.txt'), '/h/profile', '/b', '/storage', '/copy'])
    assert.notEqual((await answer(path)).status, 200)

  const page = await arrive(ground, family)
  const visit = await page.visit(link)
  const { slots, sealedVault } = await visit.ask(where)
  assert.deepEqual([slots, sealedVault], [family.ways.slots, family.ways.sealedVault])
  const late = await arrive(ground, family)
  await assert.rejects(late.visit(link), { code: /^(unreachable|no-channel|pairing-ended)$/ })
})

test('an agent that a page takes into the profile of a folder has all that lies there, keeps it, and shows it to the next page', async (t) => {
  await using stack = new AsyncDisposableStack()
  const ground = { t, stack, home: folderFor(t) }
  const family = await house(1, 32)
  const stick = await leaveCopy(ground, family)
  const { host, media } = await startMachine(ground, family)
  const page = await arrive(ground, family)
  const visit = await page.visit(host.inviteThePage())
  await assert.rejects(visit.ask({ in: 'profile' }), { code: 'no-copy' })
  await assert.rejects(visit.ask(folderAt(`${stick}s`)), { code: 'no-such-folder' })
  await assert.rejects(visit.ask(folderAt('stick')), { code: 'bad-path' })
  await assert.rejects(visit.ask(folderAt(ground.home)), { code: 'nothing-there' })
  const copy = await visit.ask(folderAt(stick))
  const { log, add } = await rootOf(family, copy.entries)
  await add(await certificateOf(family, page.identity))
  await visit.offer(copy.profileId, async ({ certificate }) => {
    const shown = parseCertificate(certificate)
    assert.ok(shown.ok)
    await add(shown.value)
    return [...log.entries().values()]
  })
  const [, kept] = await media.list()
  assert.equal(kept?.where, stick)
  await media.sync(kept.mediumId)
  const profile = host.profile
  assert.ok(profile)
  assert.equal((await profile.replica.open(DOC)).ydoc.getText('text').toJSON(), CANARY)

  const next = await arrive(ground, family)
  const again = await next.visit(host.inviteThePage())
  const own = await again.ask({ in: 'profile' })
  assert.deepEqual(own.sealedVault, family.ways.sealedVault)
  const { added } = await rootOf(family, own.entries)
  const entries = await added(await certificateOf(family, next.identity))
  await again.submit(entries)
  assert.ok(profile.admits(next.node.peerId))
})

test('an agent of one profile shows no copy of another, and a page without the root is not let in', async (t) => {
  await using stack = new AsyncDisposableStack()
  const ground = { t, stack, home: folderFor(t) }
  const [mine, theirs] = [await house(1, 33), await house(1, 34)]
  const stick = await leaveCopy(ground, mine)
  const foreign = await leaveCopy({ ...ground, home: folderFor(t) }, theirs)
  const { host } = await startMachine(ground, mine)
  const page = await arrive(ground, mine)
  const visit = await page.visit(host.inviteThePage())
  const copy = await visit.ask(folderAt(stick))
  const { log, add } = await rootOf(mine, copy.entries)
  await visit.offer(copy.profileId, async ({ certificate }) => {
    const shown = parseCertificate(certificate)
    assert.ok(shown.ok)
    await add(shown.value)
    return [...log.entries().values()]
  })
  const next = await arrive(ground, mine)
  const again = await next.visit(host.inviteThePage())
  await assert.rejects(again.ask(folderAt(foreign)), { code: 'foreign-profile' })
  const { entries } = await again.ask(folderAt(stick))
  await assert.rejects(again.submit(entries), { code: 'not-let-in' })
  assert.equal(host.profile?.admits(next.node.peerId), false)
})

/** What somebody can do who has opened the copy: the root and the keys of the epochs are theirs. */
async function rootOf({ founded, dice }: House, entries: readonly Uint8Array[]) {
  const log = await AuthorityLog.open(founded.profileId, {
    load: () => Promise.resolve({ entries, keyChanges: [] }),
    append: () => Promise.resolve(),
  })
  const added = async (certificate: DeviceCertificate): Promise<readonly Uint8Array[]> => {
    const power = { state: log.state, root: founded.rootSigner, rng: dice, nowMs: NOW_MS }
    return (await addDevice(power, certificate, founded.keyByEpoch)).map(({ bytes }) => bytes)
  }
  return { log, added, add: async (certificate: DeviceCertificate) => log.take(await added(certificate)) }
}

function certificateOf({ founded, dice }: House, identity: DeviceIdentity): Promise<DeviceCertificate> {
  const { profileId } = founded
  const challenge = dice.bytes(32)
  return issueCertificate({ profileId, identity, name: 'page', class: 'browser', caps: [], challenge, nowMs: NOW_MS })
}

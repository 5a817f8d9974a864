import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { issueCertificate } from '@cloudos/crypto/certificate-check'
import { addDevice } from '@cloudos/crypto/change-authority'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { createNode } from '@cloudos/mesh/agent-node'
import { AuthorityLog } from '@cloudos/mesh/authority-log'
import { findPlace } from '@cloudos/mesh/device-copy/address'
import { findCode } from '@cloudos/mesh/device-copy/code'
import { PAIR_PROTOCOL } from '@cloudos/mesh/pairing/handshake'
import { visitForCopies } from '@cloudos/mesh/pairing/pair'
import type { CopyVisit } from '@cloudos/mesh/pairing/pair'
import { DOC } from '@cloudos/mesh/testing/family'
import { newDevice } from '@cloudos/mesh/testing/profiles'
import { parseCertificate } from '@cloudos/protocol/certificate'
import type { DeviceCertificate } from '@cloudos/protocol/certificate'
import type { NewMedium } from '@cloudos/protocol/storage-commands'
import { connectFolder, foundFolder } from '@cloudos/storage-adapters/folder'
import { createShownStore } from '@cloudos/storage-adapters/shown-store'
import { createDisk } from '../disk.ts'
import { openJournal } from '../journal/journal.ts'
import type { Journal } from '../journal/journal.ts'
import { folderKind } from '../media/folder-kind.ts'
import { MediaDesk } from '../media/media-desk.ts'
import { peerKind } from '../media/peer-kind.ts'
import { startMeshHost } from '../mesh-host.ts'
import type { MeshHost } from '../mesh-host.ts'
import { nodeClock } from '../node-ports.ts'
import { createReserve } from '../reserve.ts'
import { openDoor } from '../testing/open-door.ts'
import { noSignIn } from '../testing/no-sign-in.ts'
import { house, NOW_MS } from '../testing/protected-house.ts'
import type { House } from '../testing/protected-house.ts'
import { folderFor } from '../testing/run-agent.ts'
import { reachedBy } from './reached-by.ts'
import { clearCopyOut, openCopyOut } from './copy-out.ts'

const CANARY = 'the heron lands at dawn'

interface Machine {
  readonly host: MeshHost
  readonly media: MediaDesk
  readonly journal: Journal
  readonly home: string
  readonly stop: () => Promise<void>
}

/** The wall clock of the house, which a test moves; durations are real. */
function clockOf() {
  let nowMs = NOW_MS
  return { ...nodeClock, nowMs: () => nowMs, pass: (ms: number) => (nowMs += ms) }
}

/** An agent as it starts in this home; `member` puts it into the profile before. */
async function startMachine(t: TestContext, options: StartOptions): Promise<Machine> {
  const { home, identity, family, clock, member = false } = options
  const { founded, ways, dice } = family
  const journal = openJournal(join(home, 'journal.db'), 0, createReserve(join(home, 'reserve')))
  if (member) {
    journal.settings.set('profile-id', founded.profileId)
    const [profile] = family.profiles
    await journal.authority.append([...(profile?.authority.entries().values() ?? [])], [])
    journal.ways.put(ways)
  }
  const onIncident = ({ kind }: { readonly kind: string }): void => {
    assert.fail(kind)
  }
  const host = await startMeshHost({
    ...{ identity, deviceName: 'cellar', journal, frames: createDisk(join(home, 'log')), door: await openDoor(t) },
    ...{ clock, rng: dice, onIncident },
  })
  const folders = { folder: folderKind({ found: foundFolder, connect: connectFolder }) }
  const media = new MediaDesk({
    kinds: { ...folders, peer: peerKind(host, createShownStore) },
    ...{ media: journal.media, ways: journal.ways, identity, homeFolder: home, clock, rng: dice, onIncident },
  })
  host.onOpened((profile) => {
    media.open(profile)
  })
  host.answerVisitors(media, noSignIn)
  const copyOut = { kinds: folders, folder: join(home, 'copy-out'), profile: () => host.profile }
  host.answerNewcomers(() => openCopyOut({ ...copyOut, identity, ways: journal.ways, clock }))
  let stopping: Promise<void> | undefined
  const stop = (): Promise<void> => (stopping ??= end())
  const end = async (): Promise<void> => {
    await media[Symbol.asyncDispose]()
    await host.close()
    journal.close()
  }
  return { host, media, journal, home, stop }
}

interface StartOptions {
  readonly home: string
  readonly identity: DeviceIdentity
  readonly family: House
  readonly clock: ReturnType<typeof clockOf>
  readonly member?: boolean
}

/** A device of the profile with one edit in it, and nobody else left. */
async function sitDown(t: TestContext, stack: AsyncDisposableStack, seed: number) {
  const family = await house(1, seed)
  const clock = clockOf()
  const [identity] = family.identities
  assert.ok(identity)
  const attic = await startMachine(t, { home: folderFor(t), identity, family, clock, member: true })
  stack.defer(() => attic.stop())
  const doc = await attic.host.profile?.replica.open(DOC)
  doc?.ydoc.getText('text').insert(0, CANARY)
  await doc?.durable()
  const place = (secret: string) => ({ kind: 'peer' as const, where: attic.host.place(), secret })
  const arrive = async (home = folderFor(t), own = newDevice(family.dice)) => {
    const machine = await startMachine(t, { home, identity: own, family, clock })
    stack.defer(() => machine.stop())
    return { ...machine, identity: own }
  }
  return { family, clock, attic, place, arrive }
}

/** A page beside the newcomer, that opens what it is shown and lets both in. */
async function visitFrom(stack: AsyncDisposableStack, { dice }: House, host: MeshHost): Promise<CopyVisit> {
  const identity = newDevice(dice)
  const node = await createNode({ peerSeed: identity.peerSeed, mayConnect: () => true, listen: [] })
  stack.defer(() => node.stop())
  const { peerId, addresses, secret, profileId } = host.inviteThePage()
  await node.dial(peerId, addresses)
  const channel = await node.net.open(peerId, PAIR_PROTOCOL)
  const self = { identity, peerId: node.peerId, name: 'page', class: 'browser' as const }
  return visitForCopies({ channel, self, secrets: [secret], profileId, rng: dice, signal: AbortSignal.timeout(30_000) })
}

async function bringBack(visit: CopyVisit, { founded, dice }: House, place: NewMedium): Promise<void> {
  const copy = await visit.ask({ in: 'place', place })
  await visit.offer(copy.profileId, async ({ certificate }) => {
    const shown = parseCertificate(certificate)
    assert.ok(shown.ok)
    return withDevice(copy.entries, { founded, certificate: shown.value, dice })
  })
}

interface Added extends Pick<House, 'founded' | 'dice'> {
  readonly certificate: DeviceCertificate
}

async function withDevice(entries: readonly Uint8Array[], { founded, certificate, dice }: Added) {
  const log = await AuthorityLog.open(founded.profileId, {
    load: () => Promise.resolve({ entries, keyChanges: [] }),
    append: () => Promise.resolve(),
  })
  const power = { state: log.state, root: founded.rootSigner, rng: dice, nowMs: NOW_MS }
  await log.take((await addDevice(power, certificate, founded.keyByEpoch)).map(({ bytes }) => bytes))
  return [...log.entries().values()]
}

/** Resolves once the text is there: it comes by ordinary sync. */
async function textOn(host: MeshHost): Promise<void> {
  const doc = await host.profile?.replica.open(DOC)
  assert.ok(doc)
  const text = doc.ydoc.getText('text')
  if (text.toJSON() === CANARY) return
  await new Promise<void>((resolve) => {
    text.observe(() => {
      if (text.toJSON() === CANARY) resolve()
    })
  })
}

test('a device alone brings the profile back to a newcomer: by its code and a way in, and all documents follow', async (t) => {
  await using stack = new AsyncDisposableStack()
  const { family, attic, place, arrive } = await sitDown(t, stack, 51)
  const newcomer = await arrive()
  const { code } = attic.host.codes.show()
  const visit = await visitFrom(stack, family, newcomer.host)
  await bringBack(visit, family, place(code))
  await textOn(newcomer.host)
  const { slots, sealedVault } = family.ways
  assert.deepEqual(newcomer.journal.ways.find(), { slots, sealedVault })
  assert.equal(newcomer.journal.settings.find('introduce'), '')
  // What was made for the visitor goes once the visitor has gone.
  await t.waitFor(() => {
    assert.deepEqual(globSync('copy-out/*', { cwd: attic.home }), [])
  })
  // Both ways from now on.
  const back = await newcomer.host.profile?.replica.open(DOC)
  const heard = Promise.withResolvers<void>()
  const there = (await attic.host.profile?.replica.open(DOC))?.ydoc.getText('text')
  there?.observe(() => {
    heard.resolve()
  })
  const [here] = attic.host.profile?.membership.members() ?? []
  assert.ok(newcomer.host.profile && here)
  const reached = reachedBy(newcomer.host.profile, here.deviceId)
  assert.ok(reached.edits >= 1 && reached.savedAtMs === NOW_MS)
  back?.ydoc.getText('text').insert(0, 'and ')
  await heard.promise
  assert.equal(there?.toJSON(), `and ${CANARY}`)
  // What it has is not counted before it has signed so.
  await back?.durable()
  assert.ok(reachedBy(newcomer.host.profile, here.deviceId).behind > reached.behind)
})

test('the code alone shows nothing readable, and leaves nothing behind on either side', async (t) => {
  await using stack = new AsyncDisposableStack()
  const { attic, place, arrive, family } = await sitDown(t, stack, 52)
  const thief = await arrive()
  const { code } = attic.host.codes.show()
  const copy = await thief.media.copyIn(place(code))
  assert.equal(copy.profileId, family.founded.profileId)
  const shown = [...copy.slots, copy.sealedVault, copy.headBytes, ...copy.entries]
  for (const bytes of shown) assert.ok(!Buffer.from(bytes).includes(CANARY))
  for (const file of globSync('**/*', { cwd: thief.home, withFileTypes: true }).filter((entry) => entry.isFile()))
    assert.ok(!readFileSync(join(file.parentPath, file.name)).includes(CANARY))
  assert.equal(thief.host.profile, undefined)
  assert.equal(attic.host.profile?.membership.members().length, 1)
})

test('a wrong code, a used one, one that has run out and one that was guessed at too often are all refused alike', async (t) => {
  await using stack = new AsyncDisposableStack()
  const { attic, place, arrive, clock } = await sitDown(t, stack, 53)
  const [first, second] = [await arrive(), await arrive()]
  const { codes } = attic.host
  await assert.rejects(first.media.copyIn(place('aaaaa')), { code: 'bad-code' })
  await assert.rejects(first.media.copyIn({ ...place('x'), where: 'attic' }), { code: 'bad-address' })
  const old = codes.show().code
  const { code } = codes.show()
  await assert.rejects(first.media.copyIn(place(old)), { code: 'code-refused' })
  await first.media.copyIn(place(code))
  // The one that has proved it may do so again: its line may have broken.
  await first.media.copyIn(place(code))
  await assert.rejects(second.media.copyIn(place(code)), { code: 'medium-unreachable' })
  const late = codes.show().code
  clock.pass(10 * 60_000)
  await assert.rejects(second.media.copyIn(place(late)), { code: 'medium-unreachable' })
  const guessed = codes.show().code
  for (let tries = 0; tries < 5; tries++)
    await assert.rejects(second.media.copyIn(place(old)), { code: 'code-refused' })
  await assert.rejects(second.media.copyIn(place(guessed)))
})

test('a newcomer that is killed after each step goes on with the same code, and tells the device later what lets it in', async (t) => {
  await using stack = new AsyncDisposableStack()
  const { family, attic, place, arrive } = await sitDown(t, stack, 54)
  const { code } = attic.host.codes.show()
  const first = await arrive()
  await first.media.copyIn(place(code))
  await first.stop()
  const second = await arrive(first.home, first.identity)
  const { entries, profileId } = await second.media.copyIn(place(code))
  // The log is on its disk, and the device has not heard of it.
  await second.journal.authority.append(await letIn(family, entries, second.identity), [])
  second.journal.settings.set('profile-id', profileId)
  await second.stop()
  const third = await arrive(first.home, first.identity)
  await textOn(third.host)
  assert.equal(third.journal.settings.find('introduce'), '')
  assert.equal(attic.host.profile?.membership.member(first.identity.deviceId)?.revoked, false)
})

test('a device that ends in the middle of a visit says no more, and the next start shows nothing of it', async (t) => {
  await using stack = new AsyncDisposableStack()
  const { attic, place, arrive } = await sitDown(t, stack, 55)
  const newcomer = await arrive()
  const { code } = attic.host.codes.show()
  const found = findPlace(attic.host.place())
  const secret = findCode(code)
  assert.ok(found && secret)
  const store = await newcomer.host.visitDevice(found, secret)
  const head = await store.readHead('profile')
  assert.ok(head)
  const left = place(code)
  await attic.stop()
  await assert.rejects(store.readHead('profile'), { code: 'medium-unreachable' })
  await store[Symbol.asyncDispose]()
  await assert.rejects(newcomer.media.copyIn(left), { code: 'medium-unreachable' })
  await clearCopyOut(join(attic.home, 'copy-out'))
  assert.equal(existsSync(join(attic.home, 'copy-out')), false)
})

/** What the root says when somebody has opened the copy: the log with this device in it. */
async function letIn({ founded, dice }: House, entries: readonly Uint8Array[], identity: DeviceIdentity) {
  const { profileId } = founded
  const challenge = dice.bytes(32)
  const name = 'newcomer'
  const own = { profileId, identity, name, class: 'agent' as const, caps: ['exec' as const], challenge, nowMs: NOW_MS }
  return withDevice(entries, { founded, certificate: await issueCertificate(own), dice })
}

import assert from 'node:assert/strict'
import {
  chmodSync,
  cpSync,
  globSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { DOC } from '@cloudos/mesh/testing/family'
import { SteppedClock } from '@cloudos/mesh/testing/stepped-clock'
import { connectFolder, foundFolder } from '@cloudos/storage-adapters/folder'
import { createBlobStore } from '@cloudos/storage-adapters/blob-store'
import { createMemoryMedium } from '@cloudos/storage-adapters/memory'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { NewMedium } from '@cloudos/protocol/storage-commands'
import { openJournal } from '../journal/journal.ts'
import { createReserve } from '../reserve.ts'
import { folderFor } from '../testing/run-agent.ts'
import { house, stillClock } from '../testing/protected-house.ts'
import type { Credential, MediumKindPort } from './kinds.ts'
import { folderKind } from './folder-kind.ts'
import { MediaDesk } from './media-desk.ts'
import type { MediaDeskParts } from './media-desk.ts'
import { createScrubBook } from './scrub-book.ts'

/** A place in memory behind a name and a password; `opened` is with which it was opened last. */
function lockedPlace(quotaBytes = 1024 ** 3) {
  const medium = createMemoryMedium({ quotaBytes })
  const opened: (Credential | undefined)[] = []
  const enter = (credential: Credential | undefined): Promise<void> => {
    opened.push(credential)
    if (credential?.secret === SECRET) return Promise.resolve()
    return Promise.reject(new CloudError('medium-forbidden', 'Not with this password.'))
  }
  const port: MediumKindPort = {
    normalise: (where) => new URL(where).href,
    check: (_address, credential) => enter(credential),
    found: (_address, credential) => enter(credential),
    connect: async (_address, credential) => {
      await enter(credential)
      return createBlobStore(medium)
    },
    failureDomain: (address, account) => Promise.resolve(`${account ?? ''} at ${new URL(address).host}`),
    saveEveryMs: 3_000,
    retry: { firstMs: 1, maxMs: 1 },
  }
  return { port, opened }
}

const SECRET = 'correct-horse-battery'

function folderAt(where: string): NewMedium {
  return { kind: 'folder', where }
}

async function sitDown(t: TestContext, seed: number, webdav = lockedPlace().port) {
  const home = folderFor(t)
  const { profiles, identities, ways, dice } = await house(1, seed)
  const [profile, identity] = [profiles[0], identities[0]]
  assert.ok(profile && identity)
  const journal = openJournal(join(home, 'journal.db'), 0, createReserve(join(home, 'reserve')))
  journal.ways.put(ways)
  const start = (more: Partial<MediaDeskParts> = {}): MediaDesk => {
    const desk = new MediaDesk({
      kinds: { folder: folderKind({ found: foundFolder, connect: connectFolder }), webdav },
      media: journal.media,
      ways: journal.ways,
      identity,
      homeFolder: home,
      clock: stillClock,
      rng: dice,
      onIncident: ({ kind }) => { assert.equal(kind, 'medium-rollback') }, // prettier-ignore
      ...more,
    })
    desk.open(profile)
    return desk
  }
  t.after(async () => {
    await profile.close()
    journal.close()
  })
  const folder = (name: string): string => {
    mkdirSync(join(home, name))
    return join(home, name)
  }
  return { home, folder, profile, start, media: journal.media, settings: journal.settings }
}

test('a folder is added, kept in step, checked, and found again by the next start', async (t) => {
  const { folder, profile, start } = await sitDown(t, 21)
  const desk = start()
  const mediumId = await desk.add({ kind: 'folder', where: folder('stick') })
  const [own, added] = await desk.list()
  assert.equal(own?.kind, 'device')
  assert.equal(added?.gen, 1)
  assert.equal(added.state, 'kept')
  assert.equal(added.failureDomain, own.failureDomain)
  const doc = await profile.replica.open(DOC)
  doc.ydoc.getText('text').insert(0, 'hello')
  await doc.durable()
  await desk.sync(mediumId)
  assert.deepEqual(await desk.check(mediumId), { gen: 2, packs: 1, frames: 1, damagedPacks: 0 })
  await desk[Symbol.asyncDispose]()
  const again = start()
  await again.sync(mediumId)
  assert.equal((await again.list())[1]?.gen, 2)
  await again.remove(mediumId)
  assert.equal((await again.list()).length, 1)
  await again[Symbol.asyncDispose]()
})

test('a place says how full it is, and one that refuses a save for want of room says what to do and goes on by itself', async (t) => {
  const place = lockedPlace(24_000)
  const { profile, start } = await sitDown(t, 33, place.port)
  const desk = start()
  const mediumId = await desk.add({ kind: 'webdav', where: 'https://nas.example/', account: 'me', secret: SECRET })
  const [own, before] = await desk.list()
  assert.ok((own?.room?.freeBytes ?? 0) > 0)
  assert.equal(before?.room?.totalBytes, 24_000)
  assert.equal(before.isFull, undefined)
  const doc = await profile.replica.open(DOC)
  doc.ydoc.getText('text').insert(0, 'a'.repeat(40_000))
  await doc.durable()
  await assert.rejects(desk.sync(mediumId), { code: 'medium-full' })
  const [, full] = await desk.list()
  assert.deepEqual([full?.state, full?.isFull], ['failed', true])
  assert.match(full?.roomProblem ?? '', /no room left.*add a copy/)
  await desk[Symbol.asyncDispose]()
})

test('once a day each copy is looked after, and what was lost there is put right and told, also after a restart', async (t) => {
  const { folder, start, settings } = await sitDown(t, 34)
  const clock = new SteppedClock(20_000 * 86_400_000)
  const mended = Promise.withResolvers<number>()
  const care = {
    scrubs: createScrubBook(settings),
    onMended: (_id: string, objects: number) => mended.resolve(objects),
  }
  const desk = start({ clock, care })
  const stick = folder('stick')
  await desk.add(folderAt(stick))
  for (const blob of readdirSync(join(stick, 'b'))) rmSync(join(stick, 'b', blob))
  clock.step(3_600_000)
  assert.equal(await mended.promise, 1)
  const [, copy] = await desk.list()
  assert.deepEqual([copy?.mendedObjects, copy?.mendedAtMs, copy?.state], [1, clock.nowMs(), 'kept'])
  await desk[Symbol.asyncDispose]()
  const again = start({ clock, care: { ...care, scrubs: createScrubBook(settings) } })
  assert.equal((await again.list())[1]?.mendedObjects, 1)
  await again[Symbol.asyncDispose]()
})

test('each path that is no folder for a copy is refused in its own words', async (t) => {
  const { home, folder, start } = await sitDown(t, 22)
  const desk = start()
  writeFileSync(join(home, 'file'), '')
  const locked = folder('locked')
  chmodSync(locked, 0o500)
  const kept = folder('kept')
  await desk.add({ kind: 'folder', where: kept })
  const cases = [
    ['stick', 'bad-path'],
    [join(home, 'nowhere'), 'no-such-folder'],
    [join(home, 'file'), 'not-a-folder'],
    [kept, 'already-kept'],
    ...(process.getuid?.() === 0 ? [] : ([[locked, 'not-writable']] as const)),
  ] as const
  for (const [path, code] of cases) await assert.rejects(desk.add({ kind: 'folder', where: path }), { code }, path)
  const { folder: otherFolder, start: startOther } = await sitDown(t, 23)
  const other = startOther()
  const foreign = otherFolder('stick')
  await other.add({ kind: 'folder', where: foreign })
  await assert.rejects(desk.add({ kind: 'folder', where: foreign }), { code: 'foreign-profile' })
  await other[Symbol.asyncDispose]()
  await desk[Symbol.asyncDispose]()
})

test('a copy is read from a folder that nothing can be written to, and each damaged part is told by its name', async (t) => {
  const { folder, start } = await sitDown(t, 25)
  const desk = start()
  const stick = folder('stick')
  await assert.rejects(desk.copyIn(folderAt(stick)), { code: 'nothing-there' })
  await assert.rejects(desk.copyIn(folderAt('stick')), { code: 'bad-path' })
  await assert.rejects(desk.copyIn(folderAt('/stick\0')), { code: 'bad-path' })
  await desk.add(folderAt(stick))
  const { head, authorityBlobs } = await desk.copyIn(folderAt(stick))
  const blobs = { vault: head.vaultBlob, 'pack-index': head.packIndexBlob, authority: authorityBlobs[0] ?? '' }
  for (const [part, blob] of Object.entries(blobs)) {
    const torn = join(folder(part), 'copy')
    cpSync(stick, torn, { recursive: true })
    writeFileSync(join(torn, 'b', blob), 'rot')
    await assert.rejects(desk.copyIn(folderAt(torn)), { code: `damaged-${part}` })
  }
  const headless = join(folder('headless'), 'copy')
  cpSync(stick, headless, { recursive: true })
  for (const file of globSync(join(headless, 'h/*/*/*'))) writeFileSync(file, 'rot')
  await assert.rejects(desk.copyIn(folderAt(headless)), { code: 'damaged-head' })
  for (const part of ['b', 'h', 'tmp', '.']) chmodSync(join(stick, part), 0o500)
  assert.equal((await desk.copyIn(folderAt(stick))).head.gen, 1)
  for (const part of ['.', 'b', 'h', 'tmp']) chmodSync(join(stick, part), 0o700)
  await desk[Symbol.asyncDispose]()
})

test('a folder that has brought the profile here is kept from then on, once, and going back there is noticed', async (t) => {
  const { folder, profile, start } = await sitDown(t, 26)
  const first = start()
  const stick = folder('stick')
  const mediumId = await first.add(folderAt(stick))
  const old = join(folder('old'), 'copy')
  cpSync(stick, old, { recursive: true })
  const doc = await profile.replica.open(DOC)
  doc.ydoc.getText('text').insert(0, 'newer')
  await doc.durable()
  await first.sync(mediumId)
  await first.remove(mediumId)
  const copy = await first.copyIn(folderAt(stick))
  await first.adopt(folderAt(stick), copy)
  await first.adopt(folderAt(stick), copy)
  const [, adopted, ...more] = await first.list()
  assert.deepEqual([adopted?.where, adopted?.gen, more.length], [stick, 2, 0])
  rmSync(stick, { recursive: true })
  cpSync(old, stick, { recursive: true })
  await assert.rejects(first.sync(adopted?.mediumId ?? ''), { code: 'rolled-back' })
  await first[Symbol.asyncDispose]()
})

test('a stick that is taken away is away, and goes on where it was when it is back', async (t) => {
  const { home, folder, profile, start } = await sitDown(t, 24)
  const desk = start()
  const path = folder('stick')
  const mediumId = await desk.add({ kind: 'folder', where: path })
  renameSync(path, join(home, 'elsewhere'))
  const doc = await profile.replica.open(DOC)
  doc.ydoc.getText('text').insert(0, 'meanwhile')
  await doc.durable()
  await assert.rejects(desk.sync(mediumId), { code: 'medium-gone' })
  const [, away] = await desk.list()
  assert.equal(away?.state, 'away')
  assert.ok(away.behind > 0)
  renameSync(join(home, 'elsewhere'), path)
  await desk.sync(mediumId)
  const [, back] = await desk.list()
  assert.deepEqual([back?.state, back?.gen, back?.behind], ['kept', 2, 0])
  await desk[Symbol.asyncDispose]()
})

test('a password is kept sealed to the device and to its place, and used again by the next start', async (t) => {
  const { port, opened } = lockedPlace()
  const { home, start, media } = await sitDown(t, 25, port)
  const desk = start()
  const place = { kind: 'webdav', where: 'https://CLOUD.example.org/dav', account: 'robin' } as const
  await assert.rejects(desk.add({ ...place, secret: 'wrong' }), { code: 'medium-forbidden' })
  assert.equal((await desk.list()).length, 1)
  const mediumId = await desk.add({ ...place, secret: SECRET })
  await assert.rejects(desk.add({ ...place, secret: SECRET }), { code: 'already-kept' })
  const [, view] = await desk.list()
  assert.deepEqual(
    [view?.kind, view?.where, view?.account, view?.credential, view?.failureDomain],
    ['webdav', 'https://cloud.example.org/dav', 'robin', 'sealed-on-device', 'robin at cloud.example.org'],
  )
  await desk[Symbol.asyncDispose]()
  for (const file of readdirSync(home).filter((name) => name.startsWith('journal')))
    assert.equal(readFileSync(join(home, file)).includes(SECRET), false, file)
  const again = start()
  await again.sync(mediumId)
  assert.deepEqual(opened.at(-1), { account: 'robin', secret: SECRET })
  await again[Symbol.asyncDispose]()
  const stored = media.all()[0] ?? assert.fail()
  media.remove(mediumId)
  media.add({ ...stored, where: 'https://evil.example.org/dav' })
  const asked = opened.length
  const misled = start()
  await assert.rejects(misled.sync(mediumId), { code: 'credential-lost' })
  assert.deepEqual([(await misled.list())[1]?.credential, opened.length], ['lost', asked])
  await misled[Symbol.asyncDispose]()
})

test('a kind that this device does not have is refused', async (t) => {
  const { start } = await sitDown(t, 26)
  const desk = start()
  await assert.rejects(desk.add({ kind: 'drive', where: 'appDataFolder' }), { code: 'no-such-kind' })
  await desk[Symbol.asyncDispose]()
})

import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { DOC } from '@cloudos/mesh/testing/family'
import { connectFolder, foundFolder } from '@cloudos/storage-adapters/folder'
import { openJournal } from '../journal/journal.ts'
import { createReserve } from '../reserve.ts'
import { folderFor } from '../testing/run-agent.ts'
import { house, stillClock } from '../testing/protected-house.ts'
import { MediaDesk } from './media-desk.ts'

async function sitDown(t: TestContext, seed: number) {
  const home = folderFor(t)
  const { profiles, identities, ways, dice } = await house(1, seed)
  const [profile, identity] = [profiles[0], identities[0]]
  assert.ok(profile && identity)
  const journal = openJournal(join(home, 'journal.db'), 0, createReserve(join(home, 'reserve')))
  journal.ways.put(ways)
  const start = (): MediaDesk => {
    const desk = new MediaDesk({
      folders: { found: foundFolder, connect: connectFolder },
      media: journal.media,
      ways: journal.ways,
      identity,
      homeFolder: home,
      clock: stillClock,
      rng: dice,
      onIncident: () => assert.fail('an incident'),
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
  return { home, folder, profile, start }
}

test('a folder is added, kept in step, checked, and found again by the next start', async (t) => {
  const { folder, profile, start } = await sitDown(t, 21)
  const desk = start()
  const mediumId = await desk.add(folder('stick'))
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

test('each path that is no folder for a copy is refused in its own words', async (t) => {
  const { home, folder, start } = await sitDown(t, 22)
  const desk = start()
  writeFileSync(join(home, 'file'), '')
  const locked = folder('locked')
  chmodSync(locked, 0o500)
  const kept = folder('kept')
  await desk.add(kept)
  const cases = [
    ['stick', 'bad-path'],
    [join(home, 'nowhere'), 'no-such-folder'],
    [join(home, 'file'), 'not-a-folder'],
    [kept, 'already-kept'],
    ...(process.getuid?.() === 0 ? [] : ([[locked, 'not-writable']] as const)),
  ] as const
  for (const [path, code] of cases) await assert.rejects(desk.add(path), { code }, path)
  const { folder: otherFolder, start: startOther } = await sitDown(t, 23)
  const other = startOther()
  const foreign = otherFolder('stick')
  await other.add(foreign)
  await assert.rejects(desk.add(foreign), { code: 'foreign-profile' })
  await other[Symbol.asyncDispose]()
  await desk[Symbol.asyncDispose]()
})

test('a stick that is taken away is away, and goes on where it was when it is back', async (t) => {
  const { home, folder, profile, start } = await sitDown(t, 24)
  const desk = start()
  const path = folder('stick')
  const mediumId = await desk.add(path)
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

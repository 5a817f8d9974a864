import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectFolder, foundFolder } from '@cloudos/storage-adapters/folder'
import { openJournal } from '../journal/journal.ts'
import { createReserve } from '../reserve.ts'
import { house, stillClock } from '../testing/protected-house.ts'
import { folderFor } from '../testing/run-agent.ts'
import { folderKind } from './folder-kind.ts'
import { MediaDesk } from './media-desk.ts'

test('of a place it is told whether another device had left a copy there, and not of one that this device has filled', async (t) => {
  const home = folderFor(t)
  const { profiles, identities, ways, dice } = await house(2, 29)
  await using stack = new AsyncDisposableStack()
  const [desk, other] = [0, 1].map((nth) => {
    const [profile, identity] = [profiles[nth], identities[nth]]
    assert.ok(profile && identity)
    const own = join(home, `device-${String(nth)}`)
    mkdirSync(own)
    const journal = openJournal(join(own, 'journal.db'), 0, createReserve(join(own, 'reserve')))
    journal.ways.put(ways)
    const opened = new MediaDesk({
      kinds: { folder: folderKind({ found: foundFolder, connect: connectFolder }) },
      ...{ media: journal.media, ways: journal.ways, identity, homeFolder: own },
      ...{ clock: stillClock, rng: dice, onIncident: () => assert.fail('an incident') },
    })
    opened.open(profile)
    stack.defer(async () => {
      await opened[Symbol.asyncDispose]()
      await profile.close()
      journal.close()
    })
    return opened
  })
  assert.ok(desk && other)
  const place = (name: string) => {
    mkdirSync(join(home, name))
    return { kind: 'folder', where: join(home, name) } as const
  }
  const [filled, found] = [place('filled'), place('found')]
  await other.add(found)
  await desk.remove(await desk.add(filled))
  await desk.add(filled)
  await desk.add(found)
  const told = new Map((await desk.list()).map(({ where, hadCopy }) => [where, hadCopy]))
  assert.deepEqual([told.get(filled.where), told.get(found.where)], [undefined, true])
})

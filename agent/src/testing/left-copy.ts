import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DOC } from '@cloudos/mesh/testing/family'
import { connectFolder, foundFolder } from '@cloudos/storage-adapters/folder'
import { openJournal } from '../journal/journal.ts'
import { folderKind } from '../media/folder-kind.ts'
import { MediaDesk } from '../media/media-desk.ts'
import { createReserve } from '../reserve.ts'
import { stillClock } from './protected-house.ts'
import type { House } from './protected-house.ts'

/** A folder that a machine, gone since, has left a copy of its profile in: with one edit for each text. */
export async function leaveCopy(
  { profiles, identities, ways, dice }: House,
  folder: string,
  edits: readonly string[],
): Promise<string> {
  const [profile, identity] = [profiles[0], identities[0]]
  assert.ok(profile && identity)
  const [home, stick] = [join(folder, 'gone'), join(folder, 'stick')]
  for (const path of [home, stick]) mkdirSync(path, { recursive: true })
  const journal = openJournal(join(home, 'journal.db'), 0, createReserve(join(home, 'reserve')))
  journal.ways.put(ways)
  const doc = await profile.replica.open(DOC)
  const text = doc.ydoc.getText('text')
  for (const more of edits) {
    text.insert(text.length, more)
    await doc.durable()
  }
  const desk = new MediaDesk({
    kinds: { folder: folderKind({ found: foundFolder, connect: connectFolder }) },
    ...{ media: journal.media, ways: journal.ways, identity, homeFolder: home },
    ...{ clock: stillClock, rng: dice, onIncident: () => assert.fail('an incident') },
  })
  desk.open(profile)
  await desk.add({ kind: 'folder', where: stick })
  await desk[Symbol.asyncDispose]()
  await profile.close()
  journal.close()
  return stick
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statusCommand } from '@cloudos/protocol/commands'
import { renameDeviceCommand } from '@cloudos/protocol/device-commands'
import { addStorageCommand, listStorageCommand, syncStorageCommand } from '@cloudos/protocol/storage-commands'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import { OTHER_S3_KEY, S3_KEY, startFakeS3 } from '@cloudos/storage-adapters/testing/fake-s3'
import { startAgent } from './agent-process.ts'
import type { AgentProcess } from './agent-process.ts'
import { eventually } from './eventually.ts'
import { foundHousehold } from './household.ts'
import { looksWell } from './looks.ts'
import { readerOf, untilAllShow, write } from './notes.ts'
import { openAgain } from './owner-page.ts'
import { goTo, saveKit } from './ways-in.ts'

test('a bucket that shows two machines two histories is not believed once they meet, keeps what it holds, and is used again at the owner’s word', async () => {
  await using house = new AsyncDisposableStack()
  const bucket = house.use(await startFakeS3())
  const household = await foundHousehold(house)
  const { homeA, homeB, chromium, page: first } = household
  let { a, b } = household
  const where = `${bucket.url}bucket/cloudos/`
  const { deviceId } = await b.call(statusCommand, {})
  await b.call(renameDeviceCommand, { deviceId, name: 'attic box' })
  await saveKit(first.page)
  await a.call(addStorageCommand, { kind: 's3', where, ...S3_KEY })
  await b.call(addStorageCommand, { kind: 's3', where, ...OTHER_S3_KEY })
  await write(a, 'before, ')
  for (const agent of [a, b]) await until(agent, where, ({ state, behind }) => state === 'kept' && behind === 0)

  await b.stop()
  bucket.otherObjects = new Map(bucket.objects)
  const { gen } = await until(a, where, () => true)
  await first.openNotes()
  await first.type('typed at one machine, ')
  await first.saved()
  await until(a, where, (medium) => medium.gen > gen && medium.behind === 0)
  await first.page.close()
  await a.stop()
  b = house.use(await startAgent(homeB))
  for (const word of ['written ', 'at the other, ']) await write(b, word)
  // Each for itself notices nothing.
  await until(b, where, (medium) => medium.gen > gen && medium.behind === 0)

  a = house.use(await startAgent(homeA))
  for (const agent of [a, b]) await until(agent, where, ({ state }) => state === 'doubted')
  const faces = [bucket.objects, bucket.otherObjects].map((objects) => [...objects.keys()].sort())
  const owner = await openAgain(chromium.context, a)
  await owner.openNotes()
  await owner.type('and after they met')
  const words = ['before', 'typed at one machine', 'written', 'at the other', 'and after they met']
  await untilAllShow(words, [owner, readerOf(a), readerOf(b)])
  await goTo(owner.page, '#/storage')
  const row = owner.page.getByRole('row').filter({ hasText: where })
  await row.getByText('not believed').first().waitFor()
  await row.first().scrollIntoViewIfNeeded()
  await owner.page.getByText('shows another history than it has shown to your device "attic box"').first().waitFor()
  await looksWell(owner.page, 'copy-with-two-faces')
  assert.deepEqual(
    [bucket.objects, bucket.otherObjects].map((objects) => [...objects.keys()].sort()),
    faces,
  )

  // The bucket has one history again; that of this machine.
  bucket.otherObjects = undefined
  await owner.page.getByRole('button', { name: 'Use again' }).first().click()
  await owner.page.getByRole('button', { name: 'Overwrite and use again' }).click()
  for (const agent of [a, b]) await until(agent, where, ({ state, behind }) => state === 'kept' && behind === 0)
  await owner.openNotes()
  await untilAllShow(words, [owner, readerOf(a), readerOf(b)])
  assert.deepEqual(owner.complaints, [])
})

test('a bucket that withholds or swaps what a newer head leads to is not believed, and is in step again once it shows everything', async () => {
  await using house = new AsyncDisposableStack()
  const bucket = house.use(await startFakeS3())
  const { homeA, a, b, chromium, page: first } = await foundHousehold(house)
  const where = `${bucket.url}bucket/cloudos/`
  await saveKit(first.page)
  await write(a, 'before, ')
  for (const agent of [a, b]) {
    await agent.call(addStorageCommand, { kind: 's3', where, ...S3_KEY })
    await until(agent, where, ({ state, behind }) => state === 'kept' && behind === 0)
  }
  await first.page.close()
  await a.stop()
  const before = new Map(bucket.objects)
  const { gen } = await until(b, where, () => true)
  await write(b, 'written while the other was off')
  await until(b, where, (medium) => medium.gen > gen && medium.behind === 0)
  await b.stop()
  const news = [...bucket.objects].filter(([key]) => key.includes('/b/') && !before.has(key))
  assert.notEqual(news.length, 0)
  const [, another] = [...before].find(([key]) => key.includes('/b/')) ?? assert.fail()

  for (const [key] of news) bucket.objects.delete(key)
  const shown = [...bucket.objects.keys()].sort()
  const again = house.use(await startAgent(homeA))
  await until(again, where, ({ state }) => state === 'doubted')
  const owner = await openAgain(chromium.context, again)
  await goTo(owner.page, '#/storage')
  const row = owner.page.getByRole('row').filter({ hasText: where })
  await row.getByText('not believed').waitFor()
  await row.getByText('The copy there is damaged').waitFor()
  await row.scrollIntoViewIfNeeded()
  await looksWell(owner.page, 'copy-with-a-part-withheld')
  for (const [key] of news) bucket.objects.set(key, another)
  const { mediumId } = await until(again, where, ({ state }) => state === 'doubted')
  await assert.rejects(again.call(syncStorageCommand, { mediumId }), { code: 'copy-damaged' })
  await row.getByText('not believed').waitFor()
  for (const [key] of news) bucket.objects.delete(key)
  assert.deepEqual([...bucket.objects.keys()].sort(), shown)

  for (const [key, bytes] of news) bucket.objects.set(key, bytes)
  await row.getByRole('button', { name: 'Sync now' }).click()
  await row.getByText('in step', { exact: true }).waitFor()
  await owner.openNotes()
  await untilAllShow(['before', 'written while the other was off'], [owner, readerOf(again)])
  assert.deepEqual(owner.complaints, [])
})

/** Resolves with the place once it is as wanted. */
function until(agent: AgentProcess, where: string, isWanted: (medium: MediumView) => boolean): Promise<MediumView> {
  return eventually(`the copy in ${where} is as expected`, async () => {
    const { media } = await agent.call(listStorageCommand, {})
    const medium = media.find((one) => one.where === where)
    return medium !== undefined && isWanted(medium) ? medium : undefined
  })
}

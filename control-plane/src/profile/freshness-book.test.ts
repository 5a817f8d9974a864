import 'fake-indexeddb/auto'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { idFromBytes } from '@cloudos/protocol/ids'
import type { DeviceId } from '@cloudos/protocol/ids'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import { FreshnessBook } from './freshness-book.ts'
import type { FreshnessParts } from './freshness-book.ts'
import { openKeep } from './keep.ts'

const device = (nth: number): DeviceId => idFromBytes('DeviceId', new Uint8Array(16).fill(nth))
const [OLD, NEW] = [device(1), device(2)]
const SOURCE: MediumView = {
  ...{ mediumId: 'a', kind: 'webdav', where: 'https://nas.example/', credential: 'sealed-on-device' },
  ...{ gen: 3, behind: 0, state: 'kept', failureDomain: 'nas.example' },
}
let databases = 0

/** A browser that has signed in from one copy, whose log names one device. */
async function arrive(witnesses: readonly DeviceId[] | undefined = [OLD]) {
  const keep = await openKeep(`freshness-${String(databases++)}`)
  if (witnesses !== undefined) await keep.put('unproven', witnesses, 'witnesses')
  const around: { online: DeviceId[]; media: MediumView[] | undefined } = { online: [], media: [SOURCE] }
  let told = 0
  let trusted = 0
  const parts: FreshnessParts = {
    keep,
    online: () => new Set(around.online),
    media: () => {
      const { media } = around
      return media ? Promise.resolve(media) : Promise.reject(new CloudError('disconnected', 'It went.'))
    },
    tellTrusted: () => {
      if (around.media === undefined) return Promise.reject(new CloudError('disconnected', 'It went.'))
      trusted++
      return Promise.resolve()
    },
    onProven: () => { told++ }, // prettier-ignore
  }
  return { around, open: () => FreshnessBook.open(parts), told: () => told, trusted: () => trusted }
}

test('the note stays while nobody but the copy has spoken, and over a reload', async () => {
  const { around, open, told } = await arrive()
  const book = await open()
  await book.look()
  // Let in since: they know only what this browser has told them.
  around.online = [NEW]
  await book.look()
  around.media = undefined
  await book.look()
  assert.equal(book.now, 'unproven')
  assert.equal((await open()).now, 'unproven')
  assert.equal(told(), 0)
})

test('a device that was in before takes the note away for good', async () => {
  const { around, open, told } = await arrive()
  const book = await open()
  around.online = [NEW, OLD]
  await Promise.all([book.look(), book.look()])
  assert.equal(book.now, 'proven')
  around.online = []
  await book.look()
  assert.deepEqual([book.now, (await open()).now, told()], ['proven', 'proven', 1])
})

test('another place takes it away when a copy lay there and was read, and not when it was empty or is out of reach', async () => {
  const { around, open } = await arrive([])
  const book = await open()
  const other: MediumView = { ...SOURCE, mediumId: 'b', where: 'https://other.example/' }
  for (const media of [
    [SOURCE, other],
    [SOURCE, { ...other, hadCopy: true, state: 'away' as const }],
  ]) {
    around.media = media
    await book.look()
    assert.equal(book.now, 'unproven')
  }
  around.media = [SOURCE, { ...other, hadCopy: true }]
  await book.look()
  assert.equal(book.now, 'proven')
})

test('where the profile was founded there is nothing to prove', async () => {
  const keep = await openKeep(`freshness-${String(databases++)}`)
  const parts = {
    keep,
    online: () => new Set<DeviceId>(),
    media: () => assert.fail('asked'),
    tellTrusted: () => assert.fail('told'),
    onProven: () => assert.fail('proven'),
  }
  const book = await FreshnessBook.open(parts)
  await book.look()
  await book.mustBeProven()
  await book.trust()
  assert.equal(book.now, 'proven')
})

test('changes of who is in wait for a second source, or for one word of the owner that an agent has on its record first', async () => {
  const { around, open, told, trusted } = await arrive()
  const book = await open()
  await assert.rejects(book.mustBeProven(), (cause: unknown) => {
    assert.ok(cause instanceof CloudError)
    assert.match(cause.message, /other devices.*another place.*Use this copy/)
    return cause.code === 'freshness-unproven'
  })
  around.media = undefined
  await assert.rejects(book.trust(), { code: 'disconnected' })
  await assert.rejects(book.mustBeProven(), { code: 'freshness-unproven' })
  around.media = [SOURCE]
  await book.trust()
  await book.trust()
  await book.mustBeProven()
  await (await open()).mustBeProven()
  assert.deepEqual([told(), trusted()], [1, 1])

  const met = await arrive()
  met.around.online = [OLD]
  await (await met.open()).mustBeProven()
  assert.equal(met.trusted(), 0)
})

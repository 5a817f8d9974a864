import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idFromBytes } from '@cloudos/protocol/ids'
import type { Entry, MediumView } from '@cloudos/protocol/storage-commands'
import { browserText, careText, directText, drilledText, mediumText, roomText, testedText } from './medium-text.ts'

const STICK: MediumView = {
  mediumId: 'ab',
  kind: 'folder',
  where: '/stick',
  credential: 'not-needed',
  gen: 7,
  savedAtMs: 0,
  behind: 0,
  state: 'kept',
  failureDomain: 'the disk with /stick',
}

test('a copy says its revision, its age and what it is lost with, in words', () => {
  assert.deepEqual(mediumText(STICK, 120_000), {
    state: 'in step',
    tone: 'good',
    saved: 'revision 7, 2 minutes ago',
    room: '',
    lostWith: 'the disk with /stick',
  })
  assert.equal(mediumText({ ...STICK, kind: 'device' }, 0).saved, 'as it is edited')
  assert.equal(mediumText({ ...STICK, gen: 0 }, 0).saved, 'nothing yet')
})

test('a browser that did not promise to keep its data says that it may clear them', () => {
  assert.match(browserText({ persisted: false }, {}).lostWith, /may also clear/)
  assert.doesNotMatch(browserText({ persisted: true }, {}).lostWith, /may also clear/)
})

test('a place says how full it is as far as it has told, and little in small units', () => {
  const GIB = 1024 ** 3
  assert.equal(roomText({ usedBytes: 3 * GIB, freeBytes: 12 * GIB, totalBytes: 15 * GIB }), '3.0 GiB of 15.0 GiB used, 12.0 GiB free') // prettier-ignore
  assert.equal(roomText({ usedBytes: 20_000 }), '20 KiB used')
  assert.equal(roomText({ freeBytes: 40 * 1024 ** 2 }), '40 MiB free')
  assert.equal(mediumText({ ...STICK, room: { usedBytes: 0 } }, 0).room, '0 KiB used')
})

test('a copy says when a share of it was read back, and what was put right there and when', () => {
  assert.equal(careText(STICK, 0), '')
  assert.equal(careText({ ...STICK, checkedAtMs: 0 }, 7_200_000), 'A share of it was read back 2 hours ago.')
  const mended = careText({ ...STICK, checkedAtMs: 0, mendedObjects: 2, mendedAtMs: 0 }, 7_200_000)
  assert.match(mended, /2 hours ago; mended 2 objects, .*19[67]\d/)
  assert.match(careText({ ...STICK, mendedObjects: 1, mendedAtMs: 0 }, 0), /^Mended 1 object, /)
})

test('each state has its own word, and what is behind is never called in step', () => {
  const words = (change: Partial<MediumView>) => mediumText({ ...STICK, ...change }, 0).state
  assert.equal(words({ behind: 3 }), 'saving')
  assert.equal(words({ state: 'away' }), 'away')
  assert.equal(words({ state: 'waiting' }), 'waiting')
  assert.equal(words({ state: 'failed' }), 'failed')
  assert.equal(words({ state: 'doubted' }), 'not believed')
})

test('a copy says how long ago it was tested, and a test what came back and what is still on its way', () => {
  assert.equal(testedText({}, 0), 'Never tested')
  const day = 86_400_000
  assert.equal(testedText({ testedAtMs: 0 }, 3 * day), 'Tested 3 days ago')
  const test = (atMs: number, entry: Entry) => ({ way: 'aa', atMs, entry })
  const after = (...tests: readonly ReturnType<typeof test>[]) =>
    testedText({ testedAtMs: tests[0]?.atMs ?? 0, tests }, 3 * day)
  assert.equal(after(test(0, 'not-needed')), 'Tested 3 days ago')
  assert.equal(after(test(0, 'asked')), 'Tested 3 days ago, signed in as a new machine would')
  assert.equal(
    after(test(0, 'stored')),
    'Tested 3 days ago with this device’s stored credential, never as a new machine would',
  )
  assert.equal(
    after(test(day, 'stored'), test(0, 'asked')),
    'Tested 2 days ago with this device’s stored credential, as a new machine would 3 days ago',
  )
  const drilled = {
    testedAtMs: 0,
    gen: 7,
    documents: 1,
    edits: 30,
    notSaved: 0,
    stateHash: idFromBytes('Hash', new Uint8Array(32)),
    entry: 'asked',
  } as const
  assert.equal(drilledText(drilled), 'Revision 7: 1 document and 30 sealed edits came back, the same as here.')
  assert.match(drilledText({ ...drilled, notSaved: 2 }), /2 newer edits will be in its next revision/)
  assert.match(drilledText({ ...drilled, entry: 'stored' }), /with what this device keeps: whether you could without/)
})

test('a place that this browser cannot get into now asks for a token, and a Drive for a sign-in', () => {
  const direct = { needsToken: true, remembers: false, gen: 3, behind: 0 }
  assert.equal(directText({ ...direct, where: 'robin/copies' }, 0).state, 'needs its token')
  const where = 'drive:123456789012-abcdefghijklmnop.apps.googleusercontent.com'
  assert.equal(directText({ ...direct, where }, 0).state, 'needs a sign-in')
})

test('a place of this browser that shows what it should not is not believed, and one that fails otherwise has failed', () => {
  const direct = {
    where: 'robin/copies',
    needsToken: false,
    remembers: false,
    gen: 3,
    behind: 1,
    problem: 'Something.',
  }
  assert.equal(directText({ ...direct, isDoubted: true }, 0).state, 'not believed')
  assert.equal(directText(direct, 0).state, 'failed')
})

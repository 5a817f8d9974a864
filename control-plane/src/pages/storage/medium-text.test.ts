import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import { browserText, mediumText } from './medium-text.ts'

const STICK: MediumView = {
  mediumId: 'ab',
  kind: 'folder',
  where: '/stick',
  credential: 'not-needed',
  gen: 7,
  savedAtMs: 0,
  behind: 0,
  state: 'kept',
  failureDomain: 'disk 5',
}

test('a copy says its revision, its age and what it is lost with, in words', () => {
  assert.deepEqual(mediumText(STICK, 'disk 1', 120_000), {
    state: 'in step',
    tone: 'good',
    saved: 'revision 7, 2 minutes ago',
    lostWith: 'another disk: it outlives the one of this device',
  })
  assert.equal(mediumText(STICK, 'disk 5', 0).lostWith, 'the disk of this device')
  assert.equal(mediumText({ ...STICK, kind: 'device' }, 'disk 5', 0).lostWith, 'the disk of this device')
  assert.equal(
    mediumText({ ...STICK, kind: 'webdav', failureDomain: 'me at cloud' }, 'disk 5', 0).lostWith,
    'me at cloud',
  )
  assert.equal(mediumText({ ...STICK, gen: 0 }, 'disk 1', 0).saved, 'nothing yet')
})

test('a browser that did not promise to keep its data says that it may clear them', () => {
  assert.match(browserText({ persisted: false }).lostWith, /may also clear/)
  assert.doesNotMatch(browserText({ persisted: true }).lostWith, /may also clear/)
})

test('each state has its own word, and what is behind is never called in step', () => {
  const words = (change: Partial<MediumView>) => mediumText({ ...STICK, ...change }, 'disk 1', 0).state
  assert.equal(words({ behind: 3 }), 'saving')
  assert.equal(words({ state: 'away' }), 'away')
  assert.equal(words({ state: 'waiting' }), 'waiting')
  assert.equal(words({ state: 'failed' }), 'failed')
})

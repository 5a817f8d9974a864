import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import { mediumText } from './medium-text.ts'

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

test('a copy says its revision, its age and what it is lost with', () => {
  assert.deepEqual(mediumText(STICK, 120_000), {
    state: 'in step',
    tone: 'good',
    about: 'revision 7 · saved 2 minutes ago · disk 5',
  })
})

test('each state has its own word, and what is behind is never called in step', () => {
  const words = (change: Partial<MediumView>) => mediumText({ ...STICK, ...change }, 0).state
  assert.equal(words({ behind: 3 }), 'saving')
  assert.equal(words({ state: 'away' }), 'away')
  assert.equal(words({ state: 'waiting' }), 'waiting')
  assert.equal(words({ state: 'failed' }), 'failed')
})

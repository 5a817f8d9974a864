import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveFaceOf } from './live-face.ts'

const AGENT = { class: 'agent', presence: 'online', name: 'nas-attic' } as const
const link = { addresses: [], roundTripMs: 1 }

test('a connected device is waited for, then shown, and a failure says so over what is old', () => {
  assert.equal(liveFaceOf({ ...AGENT, link }, false, undefined).face, 'loading')
  assert.deepEqual(liveFaceOf({ ...AGENT, link }, true, undefined), { face: 'content', isOld: false })
  assert.equal(liveFaceOf({ ...AGENT, link }, true, 'broken').face, 'failed')
})

test('what was heard stays when the device goes, marked as old', () => {
  assert.deepEqual(liveFaceOf({ ...AGENT, presence: 'offline' }, true, 'broken'), { face: 'content', isOld: true })
})

test('a device that cannot be asked is not waited for, and each has its reason', () => {
  const titles = [
    liveFaceOf(AGENT, false, undefined),
    liveFaceOf({ ...AGENT, presence: 'offline' }, false, undefined),
    liveFaceOf({ ...AGENT, presence: 'revoked' }, false, undefined),
    liveFaceOf({ ...AGENT, class: 'browser', presence: 'here' }, false, undefined),
    liveFaceOf({ ...AGENT, class: 'vault' }, false, undefined),
  ].map((face) => (face.face === 'empty' ? face.title : face.face))
  assert.equal(new Set(titles).size, 5)
})

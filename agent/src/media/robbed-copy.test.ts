import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tryWithoutMedium, tryWithoutWayIn } from '../testing/robbery/halves.ts'
import { findLeaks, rob } from '../testing/robbery/rob.ts'
import { robProfile } from '../testing/robbery/robbed-profile.ts'
import { TAMPERINGS } from '../testing/robbery/tamper.ts'

const ROUNDS = 300

test('of hundreds of ways to put a stolen folder back changed none is taken for genuine, and nothing in it is readable', async () => {
  const { accepted, leaks, refusedByKind, harmless } = await rob(ROUNDS, 1)
  assert.deepEqual({ accepted, leaks }, { accepted: [], leaks: [] })
  // Each kind is met, and what changes nothing that anybody reads is opened as ever.
  const isShownBeside = (kind: string) => kind === 'a head of an older generation beside it'
  for (const kind of Object.keys(TAMPERINGS)) assert.ok(refusedByKind.has(kind) || isShownBeside(kind), kind)
  assert.ok(harmless > ROUNDS / 10)
})

test('one word in the clear would be found', async () => {
  const robbed = await robProfile(2)
  assert.deepEqual(findLeaks(robbed), [])
  for (const [what, bytes] of robbed.canaries) {
    const leaking = new Map([['b/leak', new Uint8Array([1, ...bytes, 2])]])
    assert.deepEqual(findLeaks({ ...robbed, dumps: [leaking] }).includes(what), true, what)
  }
})

test('a folder without a way in and a way in without the folder open nothing', async () => {
  const robbed = await robProfile(3)
  assert.equal(await tryWithoutWayIn(robbed, 60), 0)
  for (const { kind } of robbed.ways) assert.equal(await tryWithoutMedium(robbed, kind, 20), 0, kind)
})

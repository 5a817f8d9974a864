import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SteppedClock } from '../testing/stepped-clock.ts'
import { EditPace } from './edit-pace.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** An edit every `everyMs`, for `forMs`; resolves with when something was sent. */
async function type(pace: EditPace, clock: SteppedClock, sentAtMs: number[], everyMs: number, forMs: number) {
  const from = sentAtMs.length
  const startMs = clock.monotonicMs()
  for (let atMs = 0; atMs < forMs; atMs += everyMs) {
    pace.edited()
    await turn()
    clock.step(everyMs)
    await turn()
  }
  return sentAtMs.slice(from).map((ms) => ms - startMs)
}

function started(): { clock: SteppedClock; sentAtMs: number[]; pace: EditPace } {
  const clock = new SteppedClock()
  const sentAtMs: number[] = []
  return { clock, sentAtMs, pace: new EditPace(clock, () => sentAtMs.push(clock.monotonicMs())) }
}

test('the first edit after a rest goes at once, and what is typed on goes ever more together, up to a second', async () => {
  const { clock, sentAtMs, pace } = started()
  assert.deepEqual(await type(pace, clock, sentAtMs, 50, 5_000), [0, 200, 600, 1400, 2400, 3400, 4400])
  for (let ms = 0; ms < 2_000; ms += 50) {
    clock.step(50)
    await turn()
  }
  assert.equal(sentAtMs.length, 8)
  assert.deepEqual(await type(pace, clock, sentAtMs, 50, 100), [0])
})

test('edits of one task go together, at its end', async () => {
  const { sentAtMs, pace } = started()
  for (let edit = 0; edit < 5; edit++) pace.edited()
  assert.equal(sentAtMs.length, 0)
  await turn()
  assert.equal(sentAtMs.length, 1)
})

test('a page that goes away sends what waits, once, and nothing waits for a page that was closed', async () => {
  const { clock, sentAtMs, pace } = started()
  pace.edited()
  await turn()
  pace.edited()
  assert.equal(pace.isGathering, true)
  pace.flush()
  pace.flush()
  assert.deepEqual(sentAtMs, [0, 0])
  assert.equal(pace.isGathering, false)
  pace.edited()
  pace[Symbol.dispose]()
  clock.step(10_000)
  await turn()
  assert.deepEqual(sentAtMs, [0, 0])
  assert.equal(clock.sleeping, 0)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JobPhase } from '@cloudos/protocol/job-state'
import { createRandom } from '@cloudos/protocol/testing/random'
import { ATTEMPTS_MAX, hasEnded, moveJob } from './job-life.ts'
import type { JobEvent, JobLife } from './job-life.ts'

const EVENTS: readonly JobEvent[] = ['queue', 'place', 'stage', 'start', 'finish', 'fail', 'cancel', 'lose', 'recover']
const ENDED: readonly JobPhase[] = ['done', 'failed', 'lost', 'cancelled']

function after(job: JobLife, ...events: readonly JobEvent[]): JobLife {
  return events.reduce((life, event) => {
    const moved = moveJob(life, event)
    assert.ok(moved.ok, `${event} from ${life.phase}`)
    return moved.value
  }, job)
}

const fresh = (neverTwice: boolean): JobLife => ({ phase: 'created', attempt: 1, neverTwice })

test('a job goes from created through queued, placed, staging and running to done', () => {
  const phases = ['queue', 'place', 'stage', 'start', 'finish'] as const
  assert.equal(after(fresh(false), ...phases).phase, 'done')
})

test('a job that has ended stays as it is', () => {
  for (const phase of ENDED) {
    assert.ok(hasEnded({ phase }))
    for (const event of EVENTS) {
      const moved = moveJob({ phase, attempt: 1, neverTwice: false }, event)
      assert.deepEqual(moved.ok ? moved.value.phase : moved.error, event === 'recover' ? phase : 'illegal-move')
    }
  }
})

test('after a restart a job that had not started waits again, and one that had is run again or lost', () => {
  assert.equal(after(fresh(true), 'recover').phase, 'created')
  assert.equal(after(fresh(true), 'queue', 'recover').phase, 'queued')
  assert.equal(after(fresh(true), 'queue', 'place', 'stage', 'recover').phase, 'placed')
  const started = ['queue', 'place', 'stage', 'start', 'recover'] as const
  assert.deepEqual(after(fresh(true), ...started), { phase: 'lost', attempt: 1, neverTwice: true })
  assert.deepEqual(after(fresh(false), ...started), { phase: 'placed', attempt: 2, neverTwice: false })
})

test('whatever happens in whatever order, a never-twice job is started once at most, and any job a few times', () => {
  const random = createRandom(11)
  for (let round = 0; round < 20_000; round++) {
    const neverTwice = random.below(2) === 0
    let job = fresh(neverTwice)
    let starts = 0
    for (let step = 0; step < 40; step++) {
      const event = EVENTS[random.below(EVENTS.length)] ?? 'queue'
      const moved = moveJob(job, event)
      if (!moved.ok) continue
      if (event === 'start') starts++
      job = moved.value
    }
    assert.ok(starts <= (neverTwice ? 1 : ATTEMPTS_MAX))
  }
})

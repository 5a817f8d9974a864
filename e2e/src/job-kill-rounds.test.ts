import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KILL_POINTS, runJobKillRounds } from './job-kill-rounds.ts'

test('an agent that is killed at any point of the life of a job leaves no process, runs no never-twice job again and has each job in its state', async () => {
  for (const [nth, point] of KILL_POINTS.entries()) {
    const { orphans, doubled, wrong } = await runJobKillRounds(point, 2, nth + 1)
    assert.deepEqual({ orphans, doubled, wrong }, { orphans: 0, doubled: [], wrong: [] }, point.says)
  }
})

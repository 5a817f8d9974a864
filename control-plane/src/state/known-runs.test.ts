import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idFromBytes } from '@cloudos/protocol/ids'
import type { JobView } from '@cloudos/protocol/job-state'
import { newestFirst, NO_RUNS, withHeard } from './known-runs.ts'

const [NEAR, FAR] = [1, 2].map((n) => idFromBytes('DeviceId', new Uint8Array(16).fill(n))) as [
  JobView['deviceId'],
  JobView['deviceId'],
]

function jobOf(n: number, phase: JobView['phase'], deviceId = FAR): JobView {
  const jobId = idFromBytes('JobId', new Uint8Array(16).fill(n))
  return { jobId, name: 'sample', phase, deviceId, askedBy: NEAR, createdAtMs: n, attempt: 1, neverTwice: false }
}

test('the newest comes first, and the device that runs a job is believed over the one that asked for it', () => {
  let runs = withHeard(NO_RUNS, NEAR, [jobOf(1, 'placed'), jobOf(2, 'done', NEAR)])
  runs = withHeard(runs, FAR, [jobOf(1, 'running')])
  runs = withHeard(runs, NEAR, [jobOf(1, 'placed')])
  assert.deepEqual(
    newestFirst(runs).map(({ job, toldBy }) => [job.createdAtMs, job.phase, toldBy]),
    [
      [2, 'done', NEAR],
      [1, 'running', FAR],
    ],
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idFromBytes } from '@cloudos/protocol/ids'
import type { DeviceId, JobId } from '@cloudos/protocol/ids'
import type { JobView } from '@cloudos/protocol/job-state'
import type { DeviceView, IncidentView } from '../profile/status.ts'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import { newsOfCopies, newsOfRuns, newsOfStatus } from './news.ts'

const idOf = (nth: number): DeviceId => idFromBytes('DeviceId', new Uint8Array(16).fill(nth))

function device(nth: number, presence: DeviceView['presence']): DeviceView {
  return {
    deviceId: idOf(nth),
    name: `device-${String(nth)}`,
    class: 'agent',
    presence,
    certificateBeginsMs: 0,
    certificateEndsMs: 1,
    signPublicKey: '',
    boxPublicKey: '',
    peerId: '',
  }
}

function incident(id: string, kind: IncidentView['kind']): IncidentView {
  return { id, kind, detail: 'what it is', firstMs: 0, lastMs: 0, count: 1 }
}

function run(nth: number, phase: JobView['phase'], createdAtMs = 0): { job: JobView; toldBy: DeviceId } {
  const jobId: JobId = idFromBytes('JobId', new Uint8Array(16).fill(nth))
  const job = {
    jobId,
    name: 'sample',
    deviceId: idOf(1),
    askedBy: idOf(1),
    createdAtMs,
    phase,
    attempt: 1,
    neverTwice: false,
  }
  return { job, toldBy: idOf(1) }
}

test('a device that joins, one that is removed and an alarm are news once, and refused frames are not', () => {
  const before = { devices: [device(1, 'here'), device(2, 'online')], incidents: [] }
  const after = {
    devices: [device(1, 'here'), device(2, 'revoked'), device(3, 'online')],
    incidents: [incident('a', 'medium-rollback'), incident('b', 'frame-refused')],
  }
  assert.deepEqual(
    newsOfStatus(before, after).map(({ id }) => id.split('-')[0]),
    ['joined', 'removed', 'alarm'],
  )
  assert.deepEqual(newsOfStatus(after, after), [])
})

test('a device that goes and comes is no news', () => {
  const at = (presence: DeviceView['presence']) => ({ devices: [device(2, presence)], incidents: [] })
  assert.deepEqual(newsOfStatus(at('online'), at('offline')), [])
})

test('a run is news when it ends, and when it had begun and ended since the page was opened', () => {
  const told = (before: Parameters<typeof newsOfRuns>[0], after: Parameters<typeof newsOfRuns>[0]): readonly string[] =>
    newsOfRuns(before, after, 1_000).map(({ title }) => title)
  assert.deepEqual(told([run(1, 'running')], [run(1, 'done')]), ['A run has finished'])
  assert.deepEqual(told([run(1, 'running')], [run(1, 'lost')]), ['A run has failed'])
  assert.deepEqual(told([run(1, 'done')], [run(1, 'done')]), [])
  assert.deepEqual(told([], [run(1, 'done', 999), run(2, 'failed', 1_000)]), ['A run has failed'])
})

test('a copy that nothing more fits into is news once, and leads to Storage', () => {
  const place: MediumView = {
    ...{ mediumId: 'ab', kind: 'folder', where: '/stick', credential: 'not-needed', gen: 7, behind: 1 },
    ...{ failureDomain: 'disk 5', state: 'failed', isFull: true },
  }
  const [item, ...more] = newsOfCopies([device(2, 'online')], new Map([[idOf(2), [place]]]))
  assert.deepEqual([item?.title, item?.href, more.length], ['A copy has no room left', '#/storage', 0])
})

test('a copy that a device does not believe is news by its device, and one that is only away is not', () => {
  const place = {
    mediumId: 'ab',
    kind: 'folder',
    where: '/stick',
    credential: 'not-needed',
    gen: 7,
    behind: 0,
    failureDomain: 'disk 5',
  } as const
  const media = new Map([
    [idOf(2), [{ ...place, state: 'doubted' as const }]],
    [idOf(3), [{ ...place, state: 'away' as const }]],
  ])
  const [item, ...more] = newsOfCopies([device(2, 'online'), device(3, 'online')], media)
  assert.equal(more.length, 0)
  assert.match(item?.detail ?? '', /stick.*device-2/)
})

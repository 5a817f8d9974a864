import type { MediaByDevice } from '../profile/separate-storages.ts'
import type { ProfileStatus } from '../profile/status.ts'
import { hrefTo } from '../routes.ts'
import type { KnownRun } from './known-runs.ts'

/** Something that has happened to the profile. `title` names nothing of it, so that it may stand on a lock screen. */
export interface NewsItem {
  readonly id: string
  readonly tone: 'good' | 'info' | 'warn'
  readonly title: string
  readonly detail: string
  readonly href: string
}

type Seen = Pick<ProfileStatus, 'devices' | 'incidents'>

/** What is new of devices and alarms. Nothing that was there `before`, and nothing this browser's owner sees happen here. */
export function newsOfStatus(before: Seen, after: Seen): readonly NewsItem[] {
  const known = new Map(before.devices.map((device) => [device.deviceId, device]))
  const alarms = new Set(before.incidents.map(({ id }) => id))
  const removed = after.devices.filter(
    ({ deviceId, presence }) =>
      presence === 'revoked' && known.has(deviceId) && known.get(deviceId)?.presence !== 'revoked',
  )
  const joined = after.devices.filter(({ deviceId, presence }) => presence !== 'revoked' && !known.has(deviceId))
  const struck = after.incidents.filter(({ id, kind }) => kind !== 'frame-refused' && !alarms.has(id))
  return [
    ...joined.map(({ deviceId, name }) => deviceNews('joined', deviceId, name)),
    ...removed.map(({ deviceId, name }) => deviceNews('removed', deviceId, name)),
    ...struck.map(({ id, detail, deviceName }): NewsItem => ({
      id: 'alarm-' + id,
      tone: 'warn',
      title: 'Something is not as it should be',
      detail: deviceName === undefined ? detail : `${deviceName}: ${detail}`,
      href: hrefTo({ page: 'activity' }),
    })),
  ]
}

function deviceNews(what: 'joined' | 'removed', deviceId: string, name: string): NewsItem {
  const title = what === 'joined' ? 'A device was added' : 'A device was removed'
  return { id: `${what}-${deviceId}`, tone: 'info', title, detail: name, href: hrefTo({ page: 'devices' }) }
}

const ENDED = new Set(['done', 'failed', 'lost', 'cancelled'])

/** Runs that had not ended `before` and have now. One that is first heard of when it is over is news when it began after `sinceMs`. */
export function newsOfRuns(
  before: readonly KnownRun[],
  after: readonly KnownRun[],
  sinceMs: number,
): readonly NewsItem[] {
  const known = new Map(before.map(({ job }) => [job.jobId, job]))
  return after
    .filter(({ job }) => ENDED.has(job.phase) && job.phase !== 'cancelled')
    .filter(({ job }) => {
      const earlier = known.get(job.jobId)
      return earlier === undefined ? job.createdAtMs >= sinceMs : !ENDED.has(earlier.phase)
    })
    .map(({ job, toldBy }) => {
      const isWell = job.phase === 'done' && (job.end?.exitCode ?? 0) === 0
      return {
        id: 'run-' + job.jobId,
        tone: isWell ? 'good' : 'warn',
        title: isWell ? 'A run has finished' : 'A run has failed',
        detail: job.name,
        href: hrefTo({ page: 'run', deviceId: toldBy, jobId: job.jobId }),
      }
    })
}

/** Copies that a device does not believe, or that nothing more fits into: each is told once for what it shows. */
export function newsOfCopies(devices: ProfileStatus['devices'], media: MediaByDevice): readonly NewsItem[] {
  return [...media].flatMap(([deviceId, places]) => {
    const name = devices.find((device) => device.deviceId === deviceId)?.name ?? 'a device'
    const full = places
      .filter(({ isFull }) => isFull === true)
      .map(({ mediumId, gen, where }): NewsItem => ({
        id: `full-${deviceId}-${mediumId}-${String(gen)}`,
        tone: 'warn',
        title: 'A copy has no room left',
        detail: `${where}, as ${name} found`,
        href: hrefTo({ page: 'storage' }),
      }))
    const doubted = places
      .filter(({ state }) => state === 'doubted')
      .map(({ mediumId, gen, where }): NewsItem => ({
        id: `doubted-${deviceId}-${mediumId}-${String(gen)}`,
        tone: 'warn',
        title: 'A copy shows what it should not',
        detail: `${where}, as ${name} found`,
        href: hrefTo({ page: 'storage' }),
      }))
    return [...doubted, ...full]
  })
}

export function newsOfApproval(approvalId: string, deviceName: string): NewsItem {
  return {
    id: 'approval-' + approvalId,
    tone: 'info',
    title: 'Something waits for your yes',
    detail: `on ${deviceName}`,
    href: hrefTo({ page: 'home' }),
  }
}

import type { DeviceId } from '@cloudos/protocol/ids'
import { ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import type { Misfit } from './misfit.ts'
import { placeJob } from './place.ts'
import { parseSnapshot } from './place-snapshot.ts'
import type { Plan, Verdict } from './place.ts'
import { SCORE_PARTS } from './score.ts'
import type { Score, ScorePart } from './score.ts'

/** The words for a reason, the same wherever it is shown. Part of a sentence: no capital, no full stop. */
export function misfitText(misfit: Misfit): string {
  switch (misfit.kind) {
    case 'removed':
      return 'was removed from the profile'
    case 'runs-no-jobs':
      return misfit.class === 'browser' ? 'is a browser and runs no jobs' : 'only keeps copies and runs no jobs'
    case 'offline':
      return 'is offline'
    case 'policy-forbids':
      return 'its policy forbids jobs of other devices'
    case 'not-heard':
      return 'did not say in time what it can do'
    case 'stale':
      return 'what it said it can do has lapsed'
    case 'certificate-ends':
      return 'its certificate ends before the job has to'
    case 'busy':
      return `has ${String(misfit.activeJobs)} jobs already`
    case 'other-system':
      return `runs ${misfit.has}`
    case 'other-arch':
      return `is ${misfit.has}`
    case 'tier-weak':
      return `holds programs in tier ${String(misfit.has)}; tier ${String(misfit.wants)} is asked for`
    case 'memory-short':
      return `${String(misfit.shortByMiB)} MiB of memory short`
    case 'disk-short':
      return `${String(misfit.shortByMiB)} MiB of disk short`
    case 'runtime-missing':
      return `has no ${misfit.name}`
  }
}

const PART_TEXT: Readonly<Record<ScorePart, string>> = {
  idle: 'idle',
  memory: 'room in memory',
  disk: 'room on disk',
  speed: 'speed',
  power: 'power',
  link: 'link',
  near: 'near',
}

/** `0.835: idle 1, room in memory 0.98, …`: the whole, then each part from 0 to 1. */
export function scoreText({ total, parts }: Score): string {
  return `${String(total)}: ${SCORE_PARTS.map((part) => `${PART_TEXT[part]} ${String(parts[part])}`).join(', ')}`
}

export interface WhyRow {
  readonly deviceId: DeviceId
  readonly name: string
  readonly verdict: keyof typeof VERDICT_TEXT
  readonly says: string
  readonly text: string
}

const VERDICT_TEXT = { chosen: 'chosen', fits: 'would do', 'does-not-fit': 'does not fit' } as const

/** What is said about a job for which nothing was decided. */
export const NOTHING_CHOSEN = 'The device was named: nothing was chosen.'

/** Why a job went where it went: a row for each device, and a sentence about those for which there was no room. */
export interface Why {
  readonly rows: readonly WhyRow[]
  readonly more?: string
}

/** Of the placement that was kept with a job; every place that tells it has its words from here. The refusal is that of `parseSnapshot`. */
export function readWhy(placement: string): Result<Why, string> {
  const snapshot = parseSnapshot(placement)
  if (!snapshot.ok) return snapshot
  const { leftOut = 0 } = snapshot.value
  const more = `${String(leftOut)} more devices were looked at and not chosen; what was said of them is not kept.`
  return ok({ rows: whyRows(placeJob(snapshot.value)), ...(leftOut > 0 && { more }) })
}

/** Why here and why not there, for every device: the chosen one first, then what fits from the best down, then the others. */
export function whyRows({ chosen, verdicts }: Plan): readonly WhyRow[] {
  const rank = (verdict: Verdict): number => {
    if (verdict.deviceId === chosen) return 2
    return verdict.fits ? verdict.score.total : -1
  }
  return verdicts
    .toSorted((a, b) => rank(b) - rank(a))
    .map((verdict) => {
      const kind = verdict.deviceId === chosen ? 'chosen' : verdict.fits ? 'fits' : 'does-not-fit'
      return {
        deviceId: verdict.deviceId,
        name: verdict.name,
        verdict: kind,
        says: VERDICT_TEXT[kind],
        text: verdict.fits ? scoreText(verdict.score) : verdict.misfits.map(misfitText).join('; '),
      }
    })
}

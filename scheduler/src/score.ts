import type { Candidate, DeviceOffer, JobNeeds } from './place-snapshot.ts'

/** What makes one device better than another that fits too, and how much each counts. They add up to 1. */
export const WEIGHTS = {
  idle: 0.3,
  memory: 0.15,
  disk: 0.05,
  speed: 0.15,
  power: 0.1,
  link: 0.05,
  near: 0.2,
} as const

export type ScorePart = keyof typeof WEIGHTS

/** Each part, and the whole, from 0 to 1 in thousandths: equal is equal on every machine. */
export interface Score {
  readonly total: number
  readonly parts: Readonly<Record<ScorePart, number>>
}

/** A core this fast counts half. */
const MIDDLING_MOPS = 500

export function scoreOf(candidate: Candidate, offer: DeviceOffer, job: JobNeeds): Score {
  const { isOnMains, isMetered, singleCoreMops: mops = 0 } = offer
  const parts: Score['parts'] = {
    idle: rounded(offer.cores / (offer.cores + candidate.activeJobs)),
    memory: rounded(roomLeft(offer.memory.freeMiB, job.memoryMiB)),
    disk: rounded(roomLeft(offer.disk.freeMiB, job.diskMiB)),
    speed: rounded(mops / (mops + MIDDLING_MOPS)),
    power: isOnMains === false ? 0 : 1,
    link: candidate.presence !== 'here' && isMetered === true ? 0 : 1,
    near: candidate.presence === 'here' ? 1 : 0,
  }
  return { total: rounded(weighed(parts)), parts }
}

function weighed(parts: Score['parts']): number {
  let sum = 0
  for (const part of SCORE_PARTS) sum += WEIGHTS[part] * parts[part]
  return sum
}

export const SCORE_PARTS = Object.keys(WEIGHTS) as readonly ScorePart[]

function roomLeft(free: number, wanted: number): number {
  return free === 0 ? 0 : (free - wanted) / free
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000
}

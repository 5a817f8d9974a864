import type { DeviceId } from '@cloudos/protocol/ids'
import { findMisfits } from './misfit.ts'
import type { Misfit } from './misfit.ts'
import type { Candidate, PlacementSnapshot } from './place-snapshot.ts'
import { scoreOf } from './score.ts'
import type { Score } from './score.ts'

/** What was found about one device: every reason why not, or how good it is. */
export type Verdict = { readonly deviceId: DeviceId; readonly name: string } & (
  { readonly fits: false; readonly misfits: readonly Misfit[] } | { readonly fits: true; readonly score: Score }
)

/** One verdict for each candidate, in their order; `chosen` is absent when the job fits nowhere. */
export interface Plan {
  readonly chosen?: DeviceId
  readonly verdicts: readonly Verdict[]
}

/** Places a job. Pure: the same snapshot gives the same plan, in whatever order the devices stand in it. */
export function placeJob(snapshot: PlacementSnapshot): Plan {
  const verdicts = snapshot.candidates.map((candidate) => judge(candidate, snapshot))
  let best: { readonly deviceId: DeviceId; readonly total: number; readonly lot: number } | undefined
  for (const verdict of verdicts) {
    if (!verdict.fits) continue
    const { deviceId } = verdict
    const { total } = verdict.score
    const lot = lotOf(snapshot.seed, deviceId)
    if (best !== undefined && !isBefore({ deviceId, total, lot }, best)) continue
    best = { deviceId, total, lot }
  }
  return { ...(best && { chosen: best.deviceId }), verdicts }
}

function judge(candidate: Candidate, snapshot: PlacementSnapshot): Verdict {
  const { deviceId, name, offer } = candidate
  const misfits = findMisfits(candidate, snapshot)
  if (offer === undefined || misfits.length > 0) return { deviceId, name, fits: false, misfits }
  return { deviceId, name, fits: true, score: scoreOf(candidate, offer, snapshot.job) }
}

interface Entrant {
  readonly deviceId: DeviceId
  readonly total: number
  readonly lot: number
}

function isBefore(a: Entrant, b: Entrant): boolean {
  if (a.total !== b.total) return a.total > b.total
  return a.lot === b.lot ? a.deviceId < b.deviceId : a.lot < b.lot
}

/** FNV-1a over the id, begun at the seed and mixed at the end: every device draws its own lot, whoever else is there. */
function lotOf(seed: number, deviceId: DeviceId): number {
  let lot = (seed ^ 0x811c9dc5) >>> 0
  for (let i = 0; i < deviceId.length; i++) lot = Math.imul(lot ^ deviceId.charCodeAt(i), 0x01000193)
  lot = Math.imul(lot ^ (lot >>> 16), 0x85ebca6b)
  return (lot ^ (lot >>> 13)) >>> 0
}

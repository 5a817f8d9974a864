import { placeJob } from './place.ts'
import { encodeSnapshot } from './place-snapshot.ts'
import type { Candidate, PlacementSnapshot } from './place-snapshot.ts'

/**
 * The snapshot as it is kept with its job, `maxBytes` long at most: when there are too many devices the worst are left out and counted,
 * never the chosen one, so that it still gives the same choice.
 */
export function encodeBounded(snapshot: PlacementSnapshot, maxBytes: number): string {
  const whole = encodeSnapshot(snapshot)
  if (sizeOf(whole) <= maxBytes) return whole
  const ranked = rankedOf(snapshot)
  let [fits, tooMany] = [0, ranked.length]
  let kept = encodeFirst(snapshot, ranked, fits)
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2)
    const tried = encodeFirst(snapshot, ranked, middle)
    if (sizeOf(tried) > maxBytes) tooMany = middle
    else [fits, kept] = [middle, tried]
  }
  return kept
}

const sizeOf = (text: string): number => new TextEncoder().encode(text).length

/** The chosen one first, then what fits from the best down, then the others. */
function rankedOf(snapshot: PlacementSnapshot): readonly Candidate[] {
  const { chosen, verdicts } = placeJob(snapshot)
  const totals = new Map(verdicts.map((verdict) => [verdict.deviceId, verdict.fits ? verdict.score.total : -1]))
  const rank = ({ deviceId }: Candidate): number => (deviceId === chosen ? 2 : (totals.get(deviceId) ?? -1))
  return snapshot.candidates.toSorted((a, b) => rank(b) - rank(a))
}

/** In the order in which they stood. */
function encodeFirst(snapshot: PlacementSnapshot, ranked: readonly Candidate[], count: number): string {
  const kept = new Set(ranked.slice(0, count))
  const candidates = snapshot.candidates.filter((candidate) => kept.has(candidate))
  return encodeSnapshot({ ...snapshot, candidates, leftOut: ranked.length - count })
}

import { LIMITS } from '@cloudos/protocol/limits'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import type { DrillRecord } from '../journal/drills.ts'

/** What a list of places says of the drills of one. */
export function testsFrom(drills: readonly DrillRecord[]): Pick<MediumView, 'testedAtMs' | 'testProblem' | 'tests'> {
  const tests = drills
    .flatMap(({ way, entry, goodAtMs }) =>
      way === undefined || goodAtMs === undefined ? [] : [{ way, atMs: goodAtMs, entry }],
    )
    .sort((a, b) => b.atMs - a.atMs)
    .slice(0, LIMITS.slotsMax * 2)
  const [newest] = tests
  const last = drills.reduce<DrillRecord | undefined>((one, other) => (one && one.atMs > other.atMs ? one : other), undefined) // prettier-ignore
  return {
    ...(newest && { testedAtMs: newest.atMs }),
    ...(last?.problem !== undefined && { testProblem: last.problem }),
    ...(newest && { tests }),
  }
}

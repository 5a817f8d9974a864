import type { SeenHead } from '@cloudos/protocol/sightings'

const DENSE = 16

/**
 * The newest heads, and ever fewer of the older: half as many at twice the distance. Which ones stay goes by their generation, so that two
 * devices that were shown different heads for long still remember some of the same generations.
 */
export function thinned(heads: readonly SeenHead[]): readonly SeenHead[] {
  const newest = heads.at(-1)?.gen ?? 0
  return heads.filter(({ gen }) => gen % strideAt(newest - gen) === 0)
}

function strideAt(distance: number): number {
  return distance < DENSE ? 1 : 2 ** (Math.floor(Math.log2(distance / DENSE)) + 1)
}

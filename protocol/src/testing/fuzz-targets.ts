import { FORMATS } from './formats.ts'
import type { FormatName } from './formats.ts'
import type { FuzzTarget } from './fuzz.ts'
import { VECTORS } from './vectors.ts'

/** Every format of this room, from its good vectors: whatever is read must be written again byte for byte. */
export const fuzzTargets: readonly FuzzTarget[] = (Object.keys(FORMATS) as FormatName[]).map(formatTarget)

function formatTarget(name: FormatName): FuzzTarget {
  const { reencode, steps } = FORMATS[name]
  return {
    name,
    seeds: VECTORS[name].good.map(({ bytes }) => bytes),
    decode: (input) => {
      const outcome = reencode(input)
      return { encoded: outcome.ok ? outcome.value.encoded : undefined, steps: steps(input) }
    },
  }
}

import { fuzzTargets as sealedTargets } from '@cloudos/crypto/testing/fuzz-targets'
import { fuzzTarget } from '@cloudos/protocol/testing/fuzz'
import type { FuzzReport } from '@cloudos/protocol/testing/fuzz'
import { fuzzTargets as plainTargets } from '@cloudos/protocol/testing/fuzz-targets'

/** Mutates one of the formats, by the name of its fuzz target. The inputs are the same each time. */
export function mutateInputs(format: string, rounds: number): FuzzReport {
  const target = [...plainTargets, ...sealedTargets].find(({ name }) => name === format)
  if (target === undefined) throw new RangeError(`there is no format ${format}`)
  return fuzzTarget({ ...target, rounds, seed: SEED })
}

const SEED = 1

import type { Benchmark } from '@cloudos/protocol/capability-record'
import type { Clock } from '@cloudos/protocol/ports'

const SLICES = 10
const SLICE_MS = 10
const STEPS_PER_LOOK = 20_000

/**
 * A tenth of a second on one core, in slices between which `breathe` lets other work go on. The best slice counts: what else ran
 * slowed the others.
 */
export async function measureSingleCore(clock: Clock, breathe: () => Promise<unknown>): Promise<Benchmark> {
  let best = 0
  let seed = 1
  for (let slice = 0; slice < SLICES; slice++) {
    await breathe()
    const startedAtMs = clock.monotonicMs()
    let steps = 0
    let tookMs = 0
    while (tookMs < SLICE_MS) {
      seed = mix(seed)
      steps += STEPS_PER_LOOK
      tookMs = clock.monotonicMs() - startedAtMs
    }
    best = Math.max(best, steps / tookMs / 1000)
  }
  return { singleCoreMops: Math.round(best) }
}

/** Each step needs the one before: nothing to run side by side, nothing to leave out, since the outcome seeds the next round. */
function mix(seed: number): number {
  let x = seed
  for (let i = 0; i < STEPS_PER_LOOK; i++) x = (Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) + i) | 0
  return x
}

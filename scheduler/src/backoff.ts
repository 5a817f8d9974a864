export interface BackoffLimits {
  readonly firstMs: number
  readonly maxMs: number
}

/**
 * How long to wait before attempt number `attempt` (0 is the first retry): anywhere between nothing and a bound that doubles up to
 * `maxMs`. The same seed and attempt give the same delay; two devices with different seeds do not fall into step.
 */
export function backoffMs(attempt: number, seed: number, limits: BackoffLimits): number {
  // Beyond 2^31 the bound is the maximum anyway, and a shift would wrap.
  const bound = Math.min(limits.maxMs, limits.firstMs * 2 ** Math.min(attempt, 31))
  return Math.floor(fractionOf(seed, attempt) * bound)
}

/** [0, 1), from two rounds of murmur3's finaliser: even seeds that differ in one bit give unrelated delays. */
function fractionOf(seed: number, attempt: number): number {
  return mix(mix(seed >>> 0) ^ (attempt >>> 0)) / 2 ** 32
}

function mix(value: number): number {
  let mixed = (value + 0x9e3779b9) >>> 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

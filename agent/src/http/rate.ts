import type { Clock } from '@cloudos/protocol/ports'

/** Answers whether one more may pass now: a second's worth at once, then so many a second. */
export function createRate(perSecond: number, clock: Clock): () => boolean {
  let tokens = perSecond
  let countedAtMs = clock.monotonicMs()
  return () => {
    const nowMs = clock.monotonicMs()
    tokens = Math.min(perSecond, tokens + ((nowMs - countedAtMs) * perSecond) / 1000)
    countedAtMs = nowMs
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
}

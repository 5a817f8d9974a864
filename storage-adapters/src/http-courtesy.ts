import type { Clock } from '@cloudos/protocol/ports'
import { createMediumError } from './medium-error.ts'

const FIRST_WAIT_MS = 500
export const LONGEST_WAIT_MS = 60_000
/** After so many failures in a row a server is left alone for a while. */
const BREAKER_FAILURES = 5

/** What all connections of this program to one server owe it together. */
export interface Courtesy {
  /** Resolves when the server may be asked; rejects at once while it is left alone, and with the signal's reason. */
  turn(signal: AbortSignal): Promise<void>
  /** The server has answered: whatever it was, it is there. */
  answered(): void
  failed(): void
  /** It asks not to be asked for so long. */
  restFor(waitMs: number): void
  /** Before attempt number `attempt` after the first: anywhere between nothing and a bound that doubles. */
  jitterMs(attempt: number): number
}

export type CourtesyClock = Pick<Clock, 'monotonicMs' | 'sleep'>

/** @param random in [0, 1) */
export function createCourtesy(clock: CourtesyClock, random: () => number): Courtesy {
  let failures = 0
  let aloneUntilMs = 0
  let restsUntilMs = 0

  const jitterMs = (attempt: number) => random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt)

  return {
    async turn(signal) {
      signal.throwIfAborted()
      const nowMs = clock.monotonicMs()
      const restMs = restsUntilMs - nowMs
      if (aloneUntilMs > nowMs || restMs > LONGEST_WAIT_MS)
        throw createMediumError('medium-unreachable', 'The server is left alone for a while. It is tried again.')
      if (restMs > 0) await clock.sleep(restMs, signal)
      signal.throwIfAborted()
    },
    answered() {
      failures = 0
    },
    failed() {
      failures += 1
      if (failures >= BREAKER_FAILURES) aloneUntilMs = clock.monotonicMs() + jitterMs(failures)
    },
    restFor(waitMs) {
      restsUntilMs = Math.max(restsUntilMs, clock.monotonicMs() + waitMs)
    },
    jitterMs,
  }
}

/** One courtesy for each server, by its origin. */
export function createCourtesies(clock: CourtesyClock, random: () => number): (url: string) => Courtesy {
  const byOrigin = new Map<string, Courtesy>()
  return (url) => {
    const { origin } = new URL(url)
    const known = byOrigin.get(origin) ?? createCourtesy(clock, random)
    byOrigin.set(origin, known)
    return known
  }
}

/** Seconds or a date; `undefined` when it is neither. */
export function findRetryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const text = headers.get('retry-after') ?? ''
  if (/^\d{1,6}$/.test(text)) return Number(text) * 1000
  const atMs = text === '' ? Number.NaN : Date.parse(text)
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs)
}

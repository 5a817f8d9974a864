import { randomBytes } from 'node:crypto'
import type { Clock, Rng } from '@cloudos/protocol/ports'

/** setTimeout takes a longer delay for no delay at all. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export const nodeClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (delayMs, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve()
        return
      }
      const done = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, Math.min(delayMs, LONGEST_TIMER_MS))
      signal?.addEventListener('abort', done)
    }),
}

export const nodeRng: Rng = {
  bytes: (length) => new Uint8Array(randomBytes(length)),
}

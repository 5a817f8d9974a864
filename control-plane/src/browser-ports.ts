import type { Clock, Rng } from '@cloudos/protocol/ports'

export const browserClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (delayMs, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve()
        return
      }
      const end = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, delayMs)
      signal?.addEventListener('abort', end)
    }),
}

export const browserRng: Rng = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
}

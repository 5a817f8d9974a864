import type { Clock } from '@cloudos/protocol/ports'

/** A time that is running out. Ending it twice is harmless. */
export interface Deadline {
  /** Stops the clock while `wait` lasts; then the whole time begins anew. */
  readonly suspended: <T>(wait: () => Promise<T>) => Promise<T>
  readonly end: () => void
}

/** Calls `onOver` once `lastsMs` are over, unless it has ended before. */
export function startDeadline(lastsMs: number, onOver: () => void, clock: Clock): Deadline {
  let stopped = new AbortController()
  let hasEnded = false
  const begin = (): void => {
    const running = new AbortController()
    stopped = running
    void clock.sleep(lastsMs, running.signal).then(() => {
      if (!running.signal.aborted) onOver()
    })
  }
  begin()
  return {
    suspended: async (wait) => {
      stopped.abort()
      try {
        return await wait()
      } finally {
        if (!hasEnded) begin()
      }
    },
    end: () => {
      hasEnded = true
      stopped.abort()
    },
  }
}

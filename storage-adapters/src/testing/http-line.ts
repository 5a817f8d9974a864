import type { Clock } from '@cloudos/protocol/ports'
import { createHttpLine } from '../http-line.ts'
import type { HttpLine, HttpLineParts } from '../http-line.ts'

/** Time passes when somebody sleeps, or looks at the clock. */
export function createTestClock(): Clock {
  let nowMs = 0
  return {
    nowMs: () => nowMs,
    monotonicMs: () => (nowMs += 100),
    async sleep(delayMs, signal) {
      await new Promise(setImmediate)
      if (signal?.aborted !== true) nowMs += delayMs
    },
  }
}

/** A line that waits for nothing. */
export function createTestLine(more: Partial<HttpLineParts> = {}): HttpLine {
  return createHttpLine({
    fetch: globalThis.fetch,
    clock: createTestClock(),
    random: Math.random,
    timeoutMs: 30_000,
    ...more,
  })
}

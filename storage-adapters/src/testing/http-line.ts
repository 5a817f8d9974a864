import { createHttpLine } from '../http-line.ts'
import type { HttpLine, HttpLineParts } from '../http-line.ts'

/** A line that waits for nothing: time passes when somebody sleeps, or looks at the clock. */
export function createTestLine(more: Partial<HttpLineParts> = {}): HttpLine {
  let nowMs = 0
  return createHttpLine({
    fetch: globalThis.fetch,
    clock: {
      nowMs: () => nowMs,
      monotonicMs: () => (nowMs += 100),
      async sleep(delayMs, signal) {
        await new Promise(setImmediate)
        if (signal?.aborted !== true) nowMs += delayMs
      },
    },
    random: Math.random,
    timeoutMs: 30_000,
    ...more,
  })
}

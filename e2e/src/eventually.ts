import { setTimeout as delay } from 'node:timers/promises'

const LOOK_EVERY_MS = 10
const PATIENCE_MS = 60_000

/** Waits until other processes have come to what `look` wants to see. It gives up, saying what was waited for, when that is in vain. */
export async function eventually<Value>(what: string, look: () => Promise<Value | undefined>): Promise<Value> {
  const deadlineMs = performance.now() + PATIENCE_MS
  while (performance.now() < deadlineMs) {
    const seen = await look()
    if (seen !== undefined) return seen
    await delay(LOOK_EVERY_MS)
  }
  throw new Error(`in vain: ${what}`)
}

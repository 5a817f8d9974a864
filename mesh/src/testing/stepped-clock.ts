import type { Clock } from '@cloudos/protocol/ports'

interface Sleeper {
  readonly untilMs: number
  readonly wake: () => void
}

/** A clock that goes on when it is told to. */
export class SteppedClock implements Clock {
  #nowMs: number
  #monotonicMs = 0
  readonly #sleepers = new Set<Sleeper>()

  constructor(nowMs = 0) {
    this.#nowMs = nowMs
  }

  /** How many wait for it now. */
  get sleeping(): number {
    return this.#sleepers.size
  }

  nowMs(): number {
    return this.#nowMs
  }

  monotonicMs(): number {
    return this.#monotonicMs
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#sleepers.delete(sleeper)
        resolve()
      }
      const sleeper: Sleeper = { untilMs: this.#monotonicMs + delayMs, wake }
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', wake, { once: true })
    })
  }

  step(ms: number): void {
    this.#nowMs += ms
    this.#monotonicMs += ms
    for (const { untilMs, wake } of this.#sleepers) if (untilMs <= this.#monotonicMs) wake()
  }

  /** Wall time only, as a person or a time server sets it. */
  setBack(ms: number): void {
    this.#nowMs -= ms
  }
}

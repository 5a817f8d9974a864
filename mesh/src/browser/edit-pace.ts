import type { Clock } from '@cloudos/protocol/ports'

/** After an edit that went at once; it doubles while edits keep coming. */
const FIRST_WINDOW_MS = 200
/** What another device, or "saved", may be late by while somebody types. */
const LAST_WINDOW_MS = 1_000

/**
 * When edits of a tab go on their way. The first after a rest goes at once; then those of a window go together, each window twice as
 * long as the one before, up to a second. A window in which nothing came is the rest. Each frame costs its header and signature, two
 * hundred bytes on every device and medium for ever: typing makes one a second instead of one a key.
 */
export class EditPace implements Disposable {
  readonly #clock: Clock
  readonly #send: () => void
  #isWaiting = false
  #window: AbortController | undefined

  constructor(clock: Clock, send: () => void) {
    this.#clock = clock
    this.#send = send
  }

  /** An edit waits for the end of a window. */
  get isGathering(): boolean {
    return this.#isWaiting && this.#window !== undefined
  }

  edited(): void {
    if (this.#isWaiting) return
    this.#isWaiting = true
    if (this.#window !== undefined) return
    // What else this task edits goes along.
    queueMicrotask(() => {
      this.flush()
    })
  }

  /** What waits goes now: the page may be gone in a moment. */
  flush(): void {
    if (!this.#isWaiting) return
    this.#isWaiting = false
    this.#send()
    if (this.#window === undefined) void this.#gather()
  }

  [Symbol.dispose](): void {
    this.#isWaiting = false
    this.#window?.abort()
  }

  async #gather(): Promise<void> {
    const window = new AbortController()
    this.#window = window
    for (let lastsMs = FIRST_WINDOW_MS; ; lastsMs = Math.min(2 * lastsMs, LAST_WINDOW_MS)) {
      await this.#clock.sleep(lastsMs, window.signal)
      if (window.signal.aborted || !this.#isWaiting) break
      this.flush()
    }
    this.#window = undefined
  }
}

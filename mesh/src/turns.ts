/**
 * Runs tasks one after the other. A task that does not wait runs at once, without a trip through the event loop. What a task throws goes
 * to whoever ran it, at once or as a rejection; those behind it have their turn all the same.
 */
export class Turns {
  readonly #waiting: (() => void | Promise<void>)[] = []
  #busy = false
  #idle: PromiseWithResolvers<void> | undefined

  /** `undefined` when the task has run already, else a promise of when it has. */
  run(task: () => void | Promise<void>): undefined | Promise<void> {
    if (this.#busy) return this.#standInLine(task)
    this.#busy = true
    let running: undefined | void | Promise<void>
    try {
      running = task()
    } finally {
      if (running === undefined) this.#drain()
    }
    return running?.finally(() => {
      this.#drain()
    })
  }

  #standInLine(task: () => void | Promise<void>): Promise<void> {
    const done = Promise.withResolvers<void>()
    this.#waiting.push(() => {
      const running = Promise.resolve().then(task)
      done.resolve(running)
      return running
    })
    return done.promise
  }

  /** Resolves when nothing is running or waiting. */
  idle(): Promise<void> {
    if (!this.#busy) return Promise.resolve()
    this.#idle ??= Promise.withResolvers<void>()
    return this.#idle.promise
  }

  #drain(): void {
    const next = this.#waiting.shift()
    if (next !== undefined) {
      const drain = (): void => {
        this.#drain()
      }
      void next()?.then(drain, drain)
      return
    }
    this.#busy = false
    this.#idle?.resolve()
    this.#idle = undefined
  }
}

/** Runs tasks one after the other. A task that does not wait runs at once, without a trip through the event loop. */
export class Turns {
  readonly #waiting: (() => void | Promise<void>)[] = []
  #busy = false
  #idle: PromiseWithResolvers<void> | undefined

  /** `undefined` when the task has run already, else a promise of when it has. */
  run(task: () => void | Promise<void>): undefined | Promise<void> {
    this.#waiting.push(task)
    if (!this.#busy) this.#drain()
    return this.#busy ? this.#whenDone() : undefined
  }

  /** Stands in line behind everything that waits now. */
  #whenDone(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  /** Resolves when nothing is running or waiting. */
  idle(): Promise<void> {
    if (!this.#busy) return Promise.resolve()
    this.#idle ??= Promise.withResolvers<void>()
    return this.#idle.promise
  }

  #drain(): void {
    this.#busy = true
    for (let task = this.#waiting.shift(); task !== undefined; task = this.#waiting.shift()) {
      const running = task()
      if (running === undefined) continue
      const resume = (): void => {
        this.#drain()
      }
      void running.then(resume, (cause: unknown) => {
        this.#drain()
        throw cause
      })
      return
    }
    this.#busy = false
    this.#idle?.resolve()
    this.#idle = undefined
  }
}

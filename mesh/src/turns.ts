/** Runs tasks one after the other. A task that does not wait runs at once, without a trip through the event loop. */
export class Turns {
  readonly #waiting: (() => void | Promise<void>)[] = []
  #busy = false
  #idle: PromiseWithResolvers<void> | undefined

  run(task: () => void | Promise<void>): void {
    this.#waiting.push(task)
    if (!this.#busy) this.#drain()
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

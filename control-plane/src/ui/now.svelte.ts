import { createSubscriber } from 'svelte/reactivity'

/** The time of day, for text such as "3 minutes ago". It ticks only while something on the screen reads it. */
class Now {
  readonly #subscribe = createSubscriber((update) => {
    const timer = setInterval(update, 1_000)
    return () => {
      clearInterval(timer)
    }
  })

  get ms(): number {
    this.#subscribe()
    return Date.now()
  }
}

export const now = new Now()

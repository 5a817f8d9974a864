import { findActions } from './actions.ts'
import type { Action } from './actions.ts'

/** What is typed into the command bar, what it finds, and which of that is chosen. */
export class CommandSearch {
  query = $state('')
  #place = $state(0)
  readonly #actions: () => readonly Action[]
  readonly #recent: readonly string[]
  readonly found: readonly Action[] = $derived.by(() => findActions(this.#actions(), this.query, this.#recent))
  readonly active: Action | undefined = $derived(this.found[Math.min(this.#place, this.found.length - 1)])

  constructor(actions: () => readonly Action[], recent: readonly string[]) {
    this.#actions = actions
    this.#recent = recent
  }

  startOver(): void {
    this.#place = 0
  }

  /** Round and round. */
  move(by: 1 | -1): void {
    const count = this.found.length
    if (count > 0) this.#place = (Math.min(this.#place, count - 1) + by + count) % count
  }
}

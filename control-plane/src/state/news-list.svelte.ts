import type { NewsItem } from './news.ts'
import { systemNotifications } from './system-notifications.svelte.ts'
import type { Toasts } from './toasts.svelte.ts'
import { unseen } from './unseen.svelte.ts'

const KEPT_MAX = 50

export interface ToldNews extends NewsItem {
  readonly atMs: number
}

/** What happened while this tab was open, the newest first. Telling it moves no focus: a toast, a number, and what the system shows. */
export class NewsList {
  items = $state.raw<readonly ToldNews[]>([])
  readonly #toasts: Toasts
  readonly #nowMs: () => number

  constructor(toasts: Toasts, nowMs: () => number) {
    this.#toasts = toasts
    this.#nowMs = nowMs
    unseen.count = 0
  }

  /** `isSeen`: it is on the screen already. */
  tell(item: NewsItem, isSeen: boolean): void {
    if (this.items.some(({ id }) => id === item.id)) return
    this.items = [{ ...item, atMs: this.#nowMs() }, ...this.items].slice(0, KEPT_MAX)
    if (isSeen) return
    unseen.count++
    this.#toasts.show({ tone: item.tone, title: item.title })
    systemNotifications.show(item.id, item.title)
  }

  see(): void {
    unseen.count = 0
  }
}

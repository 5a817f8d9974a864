import type { Tone } from '../ui/tone.ts'

export interface Toast {
  readonly id: number
  readonly tone: Exclude<Tone, 'quiet'>
  readonly title: string
  readonly detail?: string
}

const GOOD_NEWS_MS = 6_000

/** Short messages about what has just happened. Good news leaves by itself; anything else stays until it is dismissed. */
export class Toasts {
  shown = $state.raw<readonly Toast[]>([])
  #nextId = 0

  show(toast: Omit<Toast, 'id'>): void {
    const id = this.#nextId++
    this.shown = [...this.shown, { ...toast, id }]
    if (toast.tone === 'good') setTimeout(() => { this.dismiss(id) }, GOOD_NEWS_MS) // prettier-ignore
  }

  /** What they say is of the profile: with it they go. */
  clear(): void {
    this.shown = []
  }

  dismiss(id: number): void {
    this.shown = this.shown.filter((toast) => toast.id !== id)
  }
}

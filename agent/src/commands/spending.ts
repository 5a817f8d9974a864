import { COMMANDS_PER_MINUTE } from '@cloudos/protocol/budgets'
import type { Effect } from '@cloudos/protocol/command'
import type { Allowance } from '@cloudos/protocol/decide'
import type { Caller } from '@cloudos/protocol/grants'
import { callerKey } from './caller-key.ts'

const MINUTE_MS = 60_000

interface Window {
  sinceMs: number
  used: number
}

/** How much each caller has asked for in the running minute. Callers are members of the profile, so there are not many. */
export class Spending {
  readonly #windows = new Map<string, Window>()

  /** `nowMs` must not go back. */
  of(caller: Caller, effect: Effect, nowMs: number): Allowance {
    const { sinceMs, used } = this.#window(caller, effect)
    return { max: COMMANDS_PER_MINUTE[caller.kind][effect], used: nowMs - sinceMs < MINUTE_MS ? used : 0 }
  }

  count(caller: Caller, effect: Effect, nowMs: number): void {
    const window = this.#window(caller, effect)
    if (nowMs - window.sinceMs < MINUTE_MS) window.used += 1
    else Object.assign(window, { sinceMs: nowMs, used: 1 })
  }

  #window(caller: Caller, effect: Effect): Window {
    const key = effect + callerKey(caller)
    const known = this.#windows.get(key)
    if (known !== undefined) return known
    const window = { sinceMs: -MINUTE_MS, used: 0 }
    this.#windows.set(key, window)
    return window
  }
}

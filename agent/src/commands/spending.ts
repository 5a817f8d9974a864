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

type Windows = Readonly<Record<Effect, Window>>

/** How much each caller has asked for in the running minute. Callers are members of the profile, so there are not many. */
export class Spending {
  readonly #windowsByCaller = new Map<string, Windows>()

  /** `nowMs` must not go back. */
  of(caller: Caller, effect: Effect, nowMs: number): Allowance {
    const { sinceMs, used } = this.#windows(caller)[effect]
    return { max: COMMANDS_PER_MINUTE[caller.kind][effect], used: nowMs - sinceMs < MINUTE_MS ? used : 0 }
  }

  count(caller: Caller, effect: Effect, nowMs: number): void {
    const window = this.#windows(caller)[effect]
    if (nowMs - window.sinceMs < MINUTE_MS) {
      window.used += 1
      return
    }
    window.sinceMs = nowMs
    window.used = 1
  }

  #windows(caller: Caller): Windows {
    const key = callerKey(caller)
    const known = this.#windowsByCaller.get(key)
    if (known !== undefined) return known
    const unused = (): Window => ({ sinceMs: -MINUTE_MS, used: 0 })
    const windows = { reads: unused(), writes: unused(), leaves: unused(), spends: unused(), controls: unused() }
    this.#windowsByCaller.set(key, windows)
    return windows
  }
}

/** What saves that were cut short have left behind. */
export interface BrokenRounds {
  readonly rounds: number
  readonly acknowledged: number
  /** Heads that did not open, and acknowledged entries that they did not lead to. */
  readonly faults: readonly string[]
}

export const NO_ROUNDS: BrokenRounds = { rounds: 0, acknowledged: 0, faults: [] }

export function addReports(one: BrokenRounds, other: BrokenRounds): BrokenRounds {
  return {
    rounds: one.rounds + other.rounds,
    acknowledged: one.acknowledged + other.acknowledged,
    faults: [...one.faults, ...other.faults],
  }
}

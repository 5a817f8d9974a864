import type { Effect } from './command.ts'
import type { CallerKind } from './grants.ts'

/** How many commands of an effect one caller may give within a minute. A tight loop of a broken page must not keep an agent busy. */
export const COMMANDS_PER_MINUTE: Readonly<Record<CallerKind, Readonly<Record<Effect, number>>>> = {
  owner: { reads: 600_000, writes: 600_000, leaves: 6_000, spends: 600, controls: 6_000 },
  page: { reads: 60_000, writes: 60_000, leaves: 600, spends: 60, controls: 600 },
  device: { reads: 6_000, writes: 6_000, leaves: 60, spends: 60, controls: 60 },
}

export const APPROVALS_PENDING_MAX = 5
export const APPROVALS_PER_HOUR = 10
export const APPROVAL_LASTS_MS = 5 * 60_000

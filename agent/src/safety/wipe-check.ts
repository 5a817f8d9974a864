import type { SlotKind } from '@cloudos/protocol/slot'
import type { OnlyHere, WipeCheck } from '@cloudos/protocol/wipe-command'
import { safetyWithoutDomain } from '@cloudos/scheduler/safety'
import type { KeptPlace } from '@cloudos/scheduler/safety'

export interface WipeFacts {
  readonly places: readonly KeptPlace[]
  /** What is lost when this device is wiped: its own disk. */
  readonly ownDomain: string
  /** Jobs whose account this device keeps. */
  readonly jobs: number
  readonly ways: readonly SlotKind[]
}

/** Whether a device can be wiped: by failure domains, not by copies. */
export function wipeCheck({ places, ownDomain, jobs, ways }: WipeFacts): WipeCheck {
  const { domains, isSafe } = safetyWithoutDomain(places, ownDomain)
  const onlyHere = [...editsOnlyHere(domains.length), ...jobsOnlyHere(jobs), ...waysOnlyHere(ways)]
  // Accounts of jobs are said, and keep nobody: every device that ever ran one has some.
  return { isSafe: isSafe && onlyHere.every(({ kind }) => kind === 'jobs'), domainsLeft: domains, onlyHere }
}

function editsOnlyHere(domains: number): readonly OnlyHere[] {
  if (domains > 0) return []
  return [{ kind: 'edits', count: 1, says: 'No other place is known to hold the newest edits. Connect another device, or add a copy on another disk and wait until it is in step.' }] // prettier-ignore
}

function jobsOnlyHere(count: number): readonly OnlyHere[] {
  if (count === 0) return []
  return [{ kind: 'jobs', count, says: 'The logs, outputs and receipts of the jobs that ran here are kept only here. Save those that you still need.' }] // prettier-ignore
}

/** The built-in wallet lies in a browser or on this device: whoever wipes it needs another way, on paper or in a wallet elsewhere. */
function waysOnlyHere(ways: readonly SlotKind[]): readonly OnlyHere[] {
  if (ways.some((kind) => kind !== 'built-in-wallet' && kind !== 'device-keychain')) return []
  return [{ kind: 'way', count: Math.max(1, ways.length), says: 'Nothing else opens the profile: the key lies only on this machine. Save the recovery kit first.' }] // prettier-ignore
}

import { CloudError } from '@cloudos/protocol/cloud-error'
import { countIndependentWays } from '@cloudos/protocol/independent-ways'
import { findSlotKind } from '@cloudos/protocol/slot'
import { SAFE_DOMAINS } from '@cloudos/scheduler/safety'
import type { Safety } from '@cloudos/scheduler/safety'
import type { Ways } from '../journal/ways.ts'

export interface WaysBackGateParts {
  readonly safety: { now(): Promise<Safety> }
  readonly ways: Ways
}

const WAYS_DUE = 2

/**
 * Stands before commands that bind the profile to others (`needsWaysBack`). Throws `CloudError` 'no-way-back' with what is missing until
 * two independent ways in open what two places hold that are not lost together: whoever sells, spends or invites must not be one lost
 * machine or one lost paper away from losing all of it.
 */
export function createWaysBackGate({ safety, ways }: WaysBackGateParts): () => Promise<void> {
  return async () => {
    const kinds = (ways.find()?.slots ?? []).flatMap((slot) => findSlotKind(slot) ?? [])
    const { domains } = await safety.now()
    const missing = [...missingWays(countIndependentWays(kinds)), ...missingPlaces(domains)]
    if (missing.length === 0) return
    throw new CloudError(
      'no-way-back',
      `Selling, spending and inviting wait until no single loss takes your profile. Missing: ${missing.join('; ')}. Recovery leads there: cloudos open --place /recovery`,
    )
  }
}

function missingWays(count: number): readonly string[] {
  if (count >= WAYS_DUE) return []
  return count === 0
    ? ['two ways in, such as the recovery words and a passphrase']
    : ['a second way in that is not lost with the first']
}

function missingPlaces(domains: readonly string[]): readonly string[] {
  if (domains.length >= SAFE_DOMAINS) return []
  const [only] = domains
  return [`a second place that holds everything${only === undefined ? '' : ` (now only ${only})`}`]
}

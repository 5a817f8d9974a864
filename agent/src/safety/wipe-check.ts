import type { SlotKind } from '@cloudos/protocol/slot'
import type { OnlyHere, WipeCheck } from '@cloudos/protocol/wipe-command'
import { documentSafetyWithout, safetyWithoutDomain } from '@cloudos/scheduler/safety'
import type { KeptPlace } from '@cloudos/scheduler/safety'

export interface WipeFacts {
  readonly places: readonly KeptPlace[]
  /** What is lost when the device is wiped: its disk. */
  readonly lostDomain: string
  /** Every document, by the name that a person knows it by. */
  readonly documents: readonly { readonly docId: string; readonly name: string }[]
  /** Edits that the device has said to hold and that have not come here. */
  readonly beyond: number
  /** It has never said what it holds. */
  readonly isSilent: boolean
  /** Jobs whose account the device keeps. */
  readonly jobs: number
  /** The ways in; `undefined` where the device keeps none of them for itself. */
  readonly ways: readonly SlotKind[] | undefined
}

/** Whether a device can be wiped: by failure domains, not by copies, for everything and for each document. */
export function wipeCheck(facts: WipeFacts): Pick<WipeCheck, 'isSafe' | 'domainsLeft' | 'onlyHere' | 'documents'> {
  const { places, lostDomain, documents } = facts
  const { domains, isSafe } = safetyWithoutDomain(places, lostDomain)
  const onlyHere = [
    ...silence(facts.isSilent),
    ...editsOnlyHere(domains.length, facts.beyond),
    ...jobsOnlyHere(facts.jobs),
    ...waysOnlyHere(facts.ways),
  ]
  const endangered = documents
    .map(({ docId, name }) => ({ name, ...documentSafetyWithout(places, lostDomain, docId) }))
    .filter((document) => !document.isSafe)
    .map((document) => ({ name: document.name, domainsLeft: document.domains }))
  // Accounts of jobs are said, and keep nobody: every device that ever ran one has some.
  const isKept = onlyHere.every(({ kind }) => kind === 'jobs')
  return { isSafe: isSafe && isKept, domainsLeft: domains, onlyHere, documents: endangered }
}

function silence(isSilent: boolean): readonly OnlyHere[] {
  if (!isSilent) return []
  return [{ kind: 'edits', count: 1, says: 'It has not said for a month what it holds: what was written there since nobody else has. Connect it first.' }] // prettier-ignore
}

function editsOnlyHere(domains: number, beyond: number): readonly OnlyHere[] {
  if (beyond > 0)
    return [{ kind: 'edits', count: beyond, says: `${String(beyond)} sealed edits that it has said to hold have not come here. Connect it until they have.` }] // prettier-ignore
  if (domains > 0) return []
  return [{ kind: 'edits', count: 1, says: 'No other place is known to hold the newest edits. Connect another device, or add a copy on another disk and wait until it is in step.' }] // prettier-ignore
}

function jobsOnlyHere(count: number): readonly OnlyHere[] {
  if (count === 0) return []
  return [{ kind: 'jobs', count, says: 'The logs, outputs and receipts of the jobs that ran there are kept only there. Save those that you still need.' }] // prettier-ignore
}

/** The built-in wallet lies in a browser or on this device: whoever wipes it needs another way, on paper or in a wallet elsewhere. */
function waysOnlyHere(ways: readonly SlotKind[] | undefined): readonly OnlyHere[] {
  if (ways === undefined || ways.some((kind) => kind !== 'built-in-wallet' && kind !== 'device-keychain')) return []
  return [{ kind: 'way', count: Math.max(1, ways.length), says: 'Nothing else opens the profile: the key lies only on that machine. Save the recovery kit first.' }] // prettier-ignore
}

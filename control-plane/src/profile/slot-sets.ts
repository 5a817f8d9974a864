import type { AuthorityState } from '@cloudos/crypto/authority-state'
import { parseSignedEntry } from '@cloudos/protocol/authority'
import type { Hash } from '@cloudos/protocol/ids'

/** What the log says of ways in. */
export interface SlotSets {
  readonly state: AuthorityState
  /** Every set of slots and vault that was ever in force, the last one among them. */
  readonly known: ReadonlySet<Hash>
}

interface Log {
  readonly state: AuthorityState
  readonly entries: () => ReadonlyMap<Hash, Uint8Array>
}

export function slotSetsOf(log: Log): SlotSets {
  const named = [...log.entries().values()].flatMap((bytes) => {
    const entry = parseSignedEntry(bytes)
    return entry.ok && entry.value.entry.body.kind === 'slot-change' ? [entry.value.entry.body.slotSetHash] : []
  })
  return { state: log.state, known: new Set(named) }
}

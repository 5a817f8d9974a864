import type { Profile } from '@cloudos/mesh/profile'
import type { DeviceId } from '@cloudos/protocol/ids'

export interface Reached {
  /** Sealed edits that it has signed to hold. */
  readonly edits: number
  /** Edits that this device holds, and the other has not said to hold. */
  readonly behind: number
  /** When it last said so, by its own clock. */
  readonly savedAtMs: number | undefined
}

/** How far a device has said to be in the documents of this one. It says so every half minute while something changes. */
export function reachedBy(profile: Profile, deviceId: DeviceId): Reached {
  const said = new Map([...profile.shownHeads()].filter((heads) => heads.deviceId === deviceId).map((heads) => [heads.docId, heads])) // prettier-ignore
  let edits = 0
  let behind = 0
  for (const doc of profile.replica.docs()) {
    const chains = said.get(doc.docId)?.chains
    for (const { seq } of chains?.values() ?? []) edits += seq
    for (const [chain, { seq }] of doc.heads()) behind += Math.max(0, seq - (chains?.get(chain)?.seq ?? 0))
  }
  const times = [...said.values()].map(({ wallclockMs }) => wallclockMs)
  return { edits, behind, savedAtMs: times.length === 0 ? undefined : Math.max(...times) }
}

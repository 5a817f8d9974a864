import type { Profile } from '@cloudos/mesh/profile'
import type { ChainKey, DeviceId, DocId } from '@cloudos/protocol/ids'

/** How far each chain of a document is, by document. */
export type Reached = ReadonlyMap<DocId, ReadonlyMap<ChainKey, number>>

/** A device that has said nothing for so long may be a drawer's or somebody else's by now. */
const WORD_HOLDS_MS = 30 * 24 * 3_600_000

/** What this device holds itself. */
export function reachedHere({ replica }: Profile): Reached {
  return new Map(
    replica.docs().map((doc) => [doc.docId, new Map([...doc.heads()].map(([chain, { seq }]) => [chain, seq]))]),
  )
}

/** What another has said to hold: to this one while they are connected, or signed within the last month. */
export function reachedOn(
  profile: Profile,
  { deviceId, peerId }: { deviceId: DeviceId; peerId: string },
  nowMs: number,
): Reached {
  const signed = [...profile.shownHeads()].filter((heads) => heads.deviceId === deviceId && nowMs - heads.wallclockMs < WORD_HOLDS_MS) // prettier-ignore
  const said = signed.map(({ docId, chains }): Reached => new Map([[docId, new Map([...chains].map(([chain, { seq }]) => [chain, seq]))]])) // prettier-ignore
  const live = profile.replica.docs().map(({ docId }): Reached => new Map([[docId, profile.replica.kept(docId).get(peerId) ?? new Map()]])) // prettier-ignore
  return furthest([...said, ...live])
}

/** The furthest that any of them is. */
export function furthest(all: readonly Reached[]): Reached {
  const far = new Map<DocId, Map<ChainKey, number>>()
  for (const reached of all)
    for (const [docId, chains] of reached) {
      const doc = far.get(docId) ?? new Map<ChainKey, number>()
      far.set(docId, doc)
      for (const [chain, seq] of chains) doc.set(chain, Math.max(seq, doc.get(chain) ?? 0))
    }
  return far
}

/** The documents of `wanted` that are whole in `there`. */
export function wholeIn(wanted: Reached, there: Reached): ReadonlySet<DocId> {
  return new Set([...wanted].filter(([docId, chains]) => isWhole(chains, there.get(docId))).map(([docId]) => docId))
}

/** Sealed edits that are in `further` and not in `here`. */
export function editsBeyond(further: Reached, here: Reached): number {
  let edits = 0
  for (const [docId, chains] of further)
    for (const [chain, seq] of chains) edits += Math.max(0, seq - (here.get(docId)?.get(chain) ?? 0))
  return edits
}

type Chains = ReadonlyMap<ChainKey, number>

function isWhole(wanted: Chains, there: Chains | undefined): boolean {
  return there !== undefined && [...wanted].every(([chain, seq]) => seq <= (there.get(chain) ?? 0))
}

import type { Membership } from '@cloudos/crypto/membership'
import type { Cut } from '@cloudos/protocol/authority-body'
import type { Heads } from '@cloudos/protocol/heads'
import { deviceOfChain, incarnationOfChain } from '@cloudos/protocol/ids'
import type { DeviceId, DocId, Incarnation } from '@cloudos/protocol/ids'

type Admitted = ReadonlyMap<DeviceId, Cut['chainsByDoc']>

/**
 * How much further than the cuts of now the devices that remain had admitted what a removed device wrote. A device that knows of the
 * removal admits nothing past the cut, so what its heads name it had taken before it knew; the cut is the maximum of them all.
 */
export function findWiderCuts(heads: Iterable<Heads>, membership: Membership): Admitted {
  const wider = new Map<DeviceId, Map<DocId, Map<Incarnation, number>>>()
  for (const { deviceId: author, docId, chains } of heads) {
    if (membership.member(author)?.revoked !== false) continue
    for (const [chain, { seq }] of chains) {
      const cut = membership.cut(docId, chain)
      if (cut === undefined || seq <= cut) continue
      const chainsByDoc = entryOf(wider, deviceOfChain(chain))
      const seqByChain = entryOf(chainsByDoc, docId)
      const incarnation = incarnationOfChain(chain)
      seqByChain.set(incarnation, Math.max(seq, seqByChain.get(incarnation) ?? 0))
    }
  }
  return wider
}

/** Whether these heads say how far a removed device was believed: then everybody who will draw the cut should see them. */
export function namesRemoved({ docId, chains }: Pick<Heads, 'docId' | 'chains'>, membership: Membership): boolean {
  return [...chains.keys()].some((chain) => membership.cut(docId, chain) !== undefined)
}

function entryOf<Key, Inner, Value>(map: Map<Key, Map<Inner, Value>>, key: Key): Map<Inner, Value> {
  const found = map.get(key) ?? new Map<Inner, Value>()
  map.set(key, found)
  return found
}

import type { Member } from '@cloudos/crypto/membership'
import { deviceOfChain, incarnationOfChain } from '@cloudos/protocol/ids'
import type { ChainKey, DocId, Incarnation } from '@cloudos/protocol/ids'

/** What a replica knows of its documents. */
interface Admitting {
  readonly docs: () => readonly {
    readonly docId: DocId
    readonly heads: () => ReadonlyMap<ChainKey, { readonly seq: number }>
  }[]
  readonly kept: (docId: DocId) => ReadonlyMap<string, ReadonlyMap<ChainKey, number>>
}

type ChainsByDoc = ReadonlyMap<DocId, ReadonlyMap<Incarnation, number>>

/** How far a device's chains have been admitted, here or by others as they have said: what it wrote up to there stays. */
export function admittedOf(replica: Admitting, { deviceId, peerId }: Pick<Member, 'deviceId' | 'peerId'>): ChainsByDoc {
  const byDoc = new Map<DocId, ReadonlyMap<Incarnation, number>>()
  for (const doc of replica.docs()) {
    const chains = new Map<Incarnation, number>()
    // The device itself would say anything.
    const others = [...replica.kept(doc.docId)].flatMap(([peer, seqs]) => (peer === peerId ? [] : [seqs]))
    const ours = [...doc.heads()].map(([chain, { seq }]) => [chain, seq] as const)
    for (const seqs of [ours, ...others])
      for (const [chain, seq] of seqs) {
        const incarnation = incarnationOfChain(chain)
        if (deviceOfChain(chain) === deviceId) chains.set(incarnation, Math.max(seq, chains.get(incarnation) ?? 0))
      }
    if (chains.size > 0) byDoc.set(doc.docId, chains)
  }
  return byDoc
}

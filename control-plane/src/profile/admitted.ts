import type { Member } from '@cloudos/crypto/membership'
import type { Replica } from '@cloudos/mesh/replica'
import { seqsOf } from '@cloudos/mesh/sync-session'
import { deviceOfChain, incarnationOfChain } from '@cloudos/protocol/ids'
import type { DeviceId, DocId, Incarnation } from '@cloudos/protocol/ids'

type ChainsByDoc = ReadonlyMap<DocId, ReadonlyMap<Incarnation, number>>

/** How far a device's chains have been admitted, here or by others as they have said: what it wrote up to there stays. */
export function admittedOf(replica: Pick<Replica, 'docs' | 'kept'>, { deviceId, peerId }: Pick<Member, 'deviceId' | 'peerId'>): ChainsByDoc {
  const byDoc = new Map<DocId, ReadonlyMap<Incarnation, number>>()
  for (const doc of replica.docs()) {
    const chains = new Map<Incarnation, number>()
    // The device itself would say anything.
    const others = [...replica.kept(doc.docId)].flatMap(([peer, seqs]) => (peer === peerId ? [] : [seqs]))
    for (const seqs of [seqsOf(doc), ...others])
      for (const [chain, seq] of seqs) {
        const incarnation = incarnationOfChain(chain)
        if (deviceOfChain(chain) === deviceId) chains.set(incarnation, Math.max(seq, chains.get(incarnation) ?? 0))
      }
    if (chains.size > 0) byDoc.set(doc.docId, chains)
  }
  return byDoc
}

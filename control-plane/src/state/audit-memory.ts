import type { AuditTip } from '@cloudos/crypto/audit-chain'
import { verifyFor } from '@cloudos/crypto/signature'
import { heldAuditTip } from '@cloudos/mesh/profile-doc/audit-tips'
import { findBytesFromHex } from '@cloudos/protocol/bytes'
import type { AuditPage, AuditQuery } from '@cloudos/protocol/audit-commands'
import type { DeviceId } from '@cloudos/protocol/ids'
import type { DeviceView } from '../profile/status.ts'

/** Where this browser remembers how far it has seen each agent's chain: apart from the agent, which could not take it back. */
export type Marks = Pick<Storage, 'getItem' | 'setItem'>

/** What a chain that this browser has seen before lacks now. */
export interface LostEntries {
  /** Of the newest entry that was seen. */
  readonly seenSeq: number
  /** `cut`: it ends before that one. `rewritten`: what stands there is another. */
  readonly kind: 'cut' | 'rewritten'
  /** The device itself had told the others of that entry; else this browser has seen it. */
  readonly isHandedOver?: true
}

type AuditedDevice = Pick<DeviceView, 'deviceId' | 'signPublicKey' | 'auditTip'>

type Tip = Pick<AuditPage, 'tipSeq' | 'tipHash'>

/**
 * Compares a chain's end with the newest one that was seen, and remembers the newer when the old is still in it. What is lost stays
 * remembered, so it is told every time. `list` reads from the same agent; `handedOver` is what that agent has signed for the others.
 */
export async function findLostEntries(
  marks: Marks,
  deviceId: DeviceId,
  tip: Tip,
  list: (query: AuditQuery) => Promise<Pick<AuditPage, 'entries'>>,
  handedOver?: AuditTip,
): Promise<LostEntries | undefined> {
  const name = `audit-tip-${deviceId}`
  const [, seq, hash] = /^(\d{1,15}) ([0-9a-f]{64})$/.exec(marks.getItem(name) ?? '') ?? []
  const seenSeq = Number(seq ?? 0)
  if (tip.tipSeq < seenSeq) return { seenSeq, kind: 'cut' }
  if (seenSeq > 0 && (await hashAt(seenSeq, tip, list)) !== hash) return { seenSeq, kind: 'rewritten' }
  if (handedOver !== undefined && handedOver.seq > seenSeq) {
    const { seq: toldSeq } = handedOver
    if (tip.tipSeq < toldSeq) return { seenSeq: toldSeq, kind: 'cut', isHandedOver: true }
    if ((await hashAt(toldSeq, tip, list)) !== handedOver.hash)
      return { seenSeq: toldSeq, kind: 'rewritten', isHandedOver: true }
  }
  if (tip.tipSeq > seenSeq) marks.setItem(name, `${String(tip.tipSeq)} ${tip.tipHash}`)
  return undefined
}

/** The entry behind it names its hash. */
async function hashAt(seq: number, tip: Tip, list: Parameters<typeof findLostEntries>[3]): Promise<string | undefined> {
  if (tip.tipSeq === seq) return tip.tipHash
  const [next] = (await list({ before: seq + 2, limit: 1 })).entries
  return next?.seq === seq + 1 ? next.prev : undefined
}

/** What a device has handed over of its chain, when it is signed by it. */
export async function provenTip({ deviceId, signPublicKey, auditTip }: AuditedDevice): Promise<AuditTip | undefined> {
  const held = heldAuditTip(auditTip, deviceId)
  const key = findBytesFromHex(signPublicKey)
  if (held === undefined || key === undefined) return undefined
  const { seq, hash } = held.checkpoint
  return (await verifyFor(key, 'audit-checkpoint', held.payload, held.signature)) ? { seq, hash } : undefined
}

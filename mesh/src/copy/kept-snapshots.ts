import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import type { DeviceId } from '@cloudos/protocol/ids'
import { LIMITS } from '@cloudos/protocol/limits'
import type { BlobStore } from '@cloudos/protocol/ports'
import { blobsOf } from '@cloudos/protocol/snapshot-list'
import type { ListedSnapshot } from '@cloudos/protocol/snapshot-list'
import type { OnIncident } from '../incident.ts'
import type { Profile } from '../profile.ts'
import { parseSnapshotFrames } from '../snapshots/check-base.ts'
import type { GenuineSnapshot } from '../snapshots/judge-snapshot.ts'
import type { Covers } from '../snapshots/open-snapshot.ts'
import { acknowledgedBy, findOwnWord, signAck } from '../snapshots/snapshot-acks.ts'
import { findSnapshot } from './store-blob.ts'

/** What this run has found out about snapshots on a medium: replaying costs as much as opening the document. */
export class SnapshotMemory {
  /** By the names of their blobs. */
  readonly #verdicts = new Map<string, GenuineSnapshot | 'false'>()

  find(listed: ListedSnapshot): GenuineSnapshot | 'false' | undefined {
    return this.#verdicts.get(blobsOf(listed).join())
  }

  note(listed: ListedSnapshot, verdict: GenuineSnapshot | 'false'): void {
    this.#verdicts.set(blobsOf(listed).join(), verdict)
  }

  forget(listed: ListedSnapshot): void {
    this.#verdicts.delete(blobsOf(listed).join())
  }
}

export interface KeptSnapshot extends ListedSnapshot {
  readonly genuine: GenuineSnapshot
  /** Who has answered for it, this device among them. */
  readonly acknowledgedBy: ReadonlySet<DeviceId>
}

export interface SnapshotWork {
  readonly store: BlobStore
  readonly profile: Profile
  readonly identity: DeviceIdentity
  readonly medium: string
  readonly snapshots: SnapshotMemory
  readonly onIncident: OnIncident
  /** The owner had to say a word for what lies there: nothing of it is given up. */
  readonly isTrusted: boolean
  readonly nowMs: number
}

export interface SortedSnapshots {
  /** Read back from the medium by this device and found to be what their frames make, each with this device's word for it. */
  readonly kept: readonly KeptSnapshot[]
  /** This device cannot tell. They stay where they are and stand for nothing: what they may cover is written again as far as it is here. */
  readonly carried: readonly ListedSnapshot[]
  /** They cannot be read. */
  readonly missing: readonly ListedSnapshot[]
}

/** What lies on a medium. A snapshot that is false is left out; every frame it covers is here. */
export async function sortSnapshots(work: SnapshotWork, listed: readonly ListedSnapshot[]): Promise<SortedSnapshots> {
  const kept: KeptSnapshot[] = []
  const carried: ListedSnapshot[] = []
  const missing: ListedSnapshot[] = []
  for (const one of listed) {
    const verdict = work.snapshots.find(one) ?? (await judgeListed(work, one))
    if (verdict === 'unknown') carried.push(one)
    else if (verdict === 'missing') missing.push(one)
    else if (verdict !== 'false') kept.push(await answerFor(work, one, verdict))
  }
  return { kept, carried, missing }
}

async function answerFor(
  { profile, identity, nowMs }: SnapshotWork,
  one: ListedSnapshot,
  genuine: GenuineSnapshot,
): Promise<KeptSnapshot> {
  const { membership } = profile
  const devices = await acknowledgedBy(membership, one.docId, genuine, one.acks)
  if (devices.has(identity.deviceId) || one.acks.length >= LIMITS.snapshotAcksMax)
    return { ...one, genuine, acknowledgedBy: devices }
  const acks = [...one.acks, await signAck(identity, one.docId, genuine, nowMs)]
  return { ...one, acks, genuine, acknowledgedBy: new Set([...devices, identity.deviceId]) }
}

/** Only what cannot change is remembered. */
async function judgeListed(
  { store, profile, identity, medium, snapshots, onIncident }: SnapshotWork,
  listed: ListedSnapshot,
): Promise<GenuineSnapshot | 'false' | 'unknown' | 'missing'> {
  const parts = await findSnapshot(store, listed)
  const [first] = (parts && parseSnapshotFrames(parts)) ?? []
  if (parts === undefined || first === undefined) return 'missing'
  const doc = await profile.replica.open(listed.docId)
  const judged = await doc.judge(parts, await findOwnWord(identity, listed))
  if (!judged.ok && judged.error !== 'false') return 'unknown'
  const isAsListed =
    judged.ok && judged.value.snapshotId === listed.snapshotId && isSame(judged.value.covers, listed.covers)
  const verdict = isAsListed ? judged.value : 'false'
  snapshots.note(listed, verdict)
  if (verdict === 'false')
    onIncident({ kind: 'false-snapshot', docId: listed.docId, deviceId: first.header.deviceId, from: medium })
  return verdict
}

function isSame(one: Covers, other: Covers): boolean {
  return (
    one.size === other.size &&
    [...one].every(([chain, { seq, frameId }]) => {
      const there = other.get(chain)
      return there?.seq === seq && there.frameId === frameId
    })
  )
}

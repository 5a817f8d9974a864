import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import type { Membership } from '@cloudos/crypto/membership'
import { signFor, verifyFor } from '@cloudos/crypto/signature'
import type { DeviceId, DocId } from '@cloudos/protocol/ids'
import { encodeSigned, parseSigned } from '@cloudos/protocol/signed'
import { encodeSnapshotAck, parseSnapshotAck } from '@cloudos/protocol/snapshot-ack'
import type { SnapshotAck } from '@cloudos/protocol/snapshot-ack'
import type { ListedSnapshot } from '@cloudos/protocol/snapshot-list'
import type { GenuineSnapshot } from './judge-snapshot.ts'

/** Says that this device has replayed the frames and the snapshot, and both made one state. Only for what `judgeSnapshot` has answered. */
export async function signAck(
  { deviceId, signer }: DeviceIdentity,
  docId: DocId,
  { snapshotId, stateVectorHash, canonicalJsonHash }: GenuineSnapshot,
  nowMs: number,
): Promise<Uint8Array> {
  const payload = encodeSnapshotAck({
    snapshotId,
    stateVectorHash,
    canonicalJsonHash,
    docId,
    deviceId,
    wallclockMs: nowMs,
  })
  return encodeSigned(payload, await signFor(signer, 'snapshot-ack', payload))
}

/** What this device has said of a snapshot before; `undefined` when it has not, or another has put the words into its mouth. */
export async function findOwnWord(
  { deviceId, signer }: DeviceIdentity,
  { docId, acks }: Pick<ListedSnapshot, 'docId' | 'acks'>,
): Promise<SnapshotAck | undefined> {
  for (const bytes of acks) {
    const signed = parseSigned(bytes, parseSnapshotAck)
    if (!signed.ok || signed.value.value.deviceId !== deviceId || signed.value.value.docId !== docId) continue
    const { value, payload, signature } = signed.value
    if (await verifyFor(signer.publicKey, 'snapshot-ack', payload, signature)) return value
  }
  return undefined
}

/** The devices that are in and have said so of this very snapshot and state. */
export async function acknowledgedBy(
  membership: Membership,
  docId: DocId,
  genuine: GenuineSnapshot,
  acks: readonly Uint8Array[],
): Promise<ReadonlySet<DeviceId>> {
  const devices = new Set<DeviceId>()
  for (const bytes of acks) {
    const signed = parseSigned(bytes, parseSnapshotAck)
    if (!signed.ok) continue
    const { value, payload, signature } = signed.value
    const member = membership.member(value.deviceId)
    const isOfThis =
      value.docId === docId &&
      value.snapshotId === genuine.snapshotId &&
      value.stateVectorHash === genuine.stateVectorHash &&
      value.canonicalJsonHash === genuine.canonicalJsonHash
    if (member === undefined || member.revoked || !isOfThis) continue
    if (await verifyFor(member.signPublicKey, 'snapshot-ack', payload, signature)) devices.add(value.deviceId)
  }
  return devices
}

/**
 * Whether enough devices have answered for a snapshot to give up frames for it: this one, which has read it back from the medium, and
 * another, where the profile has another that keeps it. Browsers come and go; they may answer and need not.
 */
export function isAcknowledged(membership: Membership, self: DeviceId, devices: ReadonlySet<DeviceId>): boolean {
  const others = membership.members().filter(({ deviceId, revoked }) => deviceId !== self && !revoked)
  const isAlone = others.every((member) => member.class === 'browser')
  return devices.has(self) && (isAlone || others.some(({ deviceId }) => devices.has(deviceId)))
}

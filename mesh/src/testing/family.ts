import { createDeviceSeeds, deviceIdentityFrom } from '@cloudos/crypto/device-identity'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import type { Member, Membership } from '@cloudos/crypto/membership'
import { boxPublicKey } from '@cloudos/crypto/seal-key'
import { createSigner } from '@cloudos/crypto/signature'
import { createDice } from '@cloudos/crypto/testing/seeded'
import type { Dice } from '@cloudos/crypto/testing/seeded'
import { hexFromBytes } from '@cloudos/protocol/bytes'
import { idFromBytes } from '@cloudos/protocol/ids'
import type { ChainKey, DeviceId, DocId, EpochId, ProfileId } from '@cloudos/protocol/ids'
import type { Clock } from '@cloudos/protocol/ports'
import { createDiskStore } from '../disk-log.ts'
import type { Incident } from '../incident.ts'
import { startReplica } from '../replica.ts'
import type { Replica } from '../replica.ts'
import { MemoryDisk } from './memory-disk.ts'
import type { MemoryNetwork } from './memory-net.ts'

export const DOC = idFromBytes('DocId', new Uint8Array(16).fill(7))

/** A profile whose devices know each other without an authority log, so that the mesh is tested alone. */
export interface Family {
  readonly dice: Dice
  readonly identities: readonly DeviceIdentity[]
  membership: Membership
  readonly revoked: Set<DeviceId>
  readonly cuts: Map<ChainKey, number>
}

export function createFamily(size: number, seed = 1): Family {
  const dice = createDice(seed)
  const identities = Array.from({ length: size }, () => deviceIdentityFrom(createDeviceSeeds(dice)))
  const epochKey = dice.bytes(32)
  const epoch = idFromBytes('EpochId', dice.bytes(8))
  const revoked = new Set<DeviceId>()
  const cuts = new Map<ChainKey, number>()
  const members = new Map<DeviceId, Member>(
    identities.map((identity, order) => [
      identity.deviceId,
      {
        deviceId: identity.deviceId,
        signPublicKey: identity.signer.publicKey,
        boxPublicKey: boxPublicKey(identity.boxSecret),
        notBeforeMs: 0,
        peerId: peerIdOf(identity),
        name: `device-${String(order)}`,
        class: 'agent',
        caps: [],
        notAfterMs: Number.MAX_SAFE_INTEGER,
        revoked: false,
        order,
      },
    ]),
  )
  const membership: Membership = {
    profileId: idFromBytes('ProfileId', dice.bytes(16)) satisfies ProfileId,
    currentEpoch: epoch,
    member: (deviceId) => members.get(deviceId),
    memberByPeer: (peerId) =>
      [...members.values()].find((member) => member.peerId === peerId && !revoked.has(member.deviceId)),
    epochKey: (epochId: EpochId) => (epochId === epoch ? epochKey : undefined),
    cut: (_docId: DocId, chain) => cuts.get(chain),
    members: () => [...members.values()],
  }
  return { dice, identities, membership, revoked, cuts }
}

export function peerIdOf(identity: DeviceIdentity): string {
  return hexFromBytes(createSigner(identity.peerSeed).publicKey)
}

export interface Device {
  readonly identity: DeviceIdentity
  readonly peerId: string
  readonly disk: MemoryDisk
  readonly replica: Replica
  readonly incidents: Incident[]
}

export const instantClock: Clock = {
  nowMs: () => 1_000_000,
  monotonicMs: () => 0,
  sleep: () => Promise.resolve(),
}

export function startDevice(
  family: Family,
  at: number,
  options: { disk?: MemoryDisk; network?: MemoryNetwork } = {},
): Device {
  const identity = family.identities[at]
  if (identity === undefined) throw new RangeError('no such device')
  const disk = options.disk ?? new MemoryDisk(`machine-${String(at)}`)
  const incidents: Incident[] = []
  const replica = startReplica({
    identity,
    membership: family.membership,
    store: createDiskStore(disk),
    clock: instantClock,
    rng: family.dice,
    onIncident: (incident) => incidents.push(incident),
  })
  const peerId = peerIdOf(identity)
  if (options.network !== undefined) replica.attach(options.network.join(peerId))
  return { identity, peerId, disk, replica, incidents }
}

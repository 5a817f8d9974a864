import { utf8, concatBytes, hexFromBytes } from '@cloudos/protocol/bytes'
import type { CertificateRenewal, DeviceCap, DeviceClass } from '@cloudos/protocol/certificate'
import { bytesFromId, deviceOfChain } from '@cloudos/protocol/ids'
import type { ChainKey, DeviceId, DocId, EpochId, ProfileId } from '@cloudos/protocol/ids'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import type { AuthorityState, EnrolledDevice } from './authority-state.ts'
import type { DeviceIdentity } from './device-identity.ts'
import { unsealKey } from './seal-key.ts'

export interface Member {
  readonly deviceId: DeviceId
  readonly signPublicKey: Uint8Array
  readonly boxPublicKey: Uint8Array
  /** The hex of the 32-byte libp2p public key. */
  readonly peerId: string
  readonly name: string
  readonly class: DeviceClass
  readonly caps: readonly DeviceCap[]
  readonly notBeforeMs: number
  /** With renewals. Gates connections and commands, never frames. */
  readonly notAfterMs: number
  readonly revoked: boolean
  /** Place in the authority log: who came earlier wins where two claim one thing. */
  readonly order: number
}

/** The authority log as one of its devices uses it. */
export interface Membership {
  readonly profileId: ProfileId
  readonly currentEpoch: EpochId
  member(deviceId: DeviceId): Member | undefined
  /** Only a device that may connect now: in, not revoked, certificate not lapsed. */
  memberByPeer(peerId: string, nowMs: number): Member | undefined
  /** `undefined` when this device was not given it. */
  epochKey(epochId: EpochId): Uint8Array | undefined
  /**
   * The last admissible seq of a revoked device's chain; `undefined` while the device is not revoked. 0 until a cut names the chain:
   * what a replica had admitted before it knew of the revocation stays, and nothing more is taken until others vouch for it.
   */
  cut(docId: DocId, chain: ChainKey): number | undefined
  members(): readonly Member[]
}

/** Renewals must have been verified with the state's root. `no-epoch`: this device holds no key to write with; it must be sealed one. */
export function membershipFrom(
  state: AuthorityState,
  identity: DeviceIdentity,
  renewals: readonly CertificateRenewal[] = [],
): Result<Membership, 'unknown-device' | 'revoked' | 'no-epoch'> {
  const self = state.deviceById.get(identity.deviceId)
  if (self === undefined) return err('unknown-device')
  if (self.revoked !== undefined) return err('revoked')
  if (state.currentEpoch === undefined) return err('no-epoch')
  const members = Array.from(state.deviceById.values(), (device) =>
    memberFrom(device, latestRenewal(state, device, renewals)),
  )
  const memberById = new Map(members.map((member) => [member.deviceId, member]))
  const memberByPeer = new Map(members.map((member) => [member.peerId, member]))
  return ok({
    profileId: state.profileId,
    currentEpoch: state.currentEpoch,
    member: (deviceId) => memberById.get(deviceId),
    memberByPeer: (peerId, nowMs) => {
      const member = memberByPeer.get(peerId)
      return member !== undefined && mayConnect(member, nowMs) ? member : undefined
    },
    epochKey: createEpochKeys(state, identity),
    cut: (docId, chain) =>
      memberById.get(deviceOfChain(chain))?.revoked === true ? (state.cutByDoc.get(docId)?.get(chain) ?? 0) : undefined,
    members: () => members,
  })
}

/** What an epoch key is sealed for: the epoch's id is the hash of the entry that holds the seal and cannot be named in it. */
export function epochSealContext(profileId: ProfileId, deviceId: DeviceId): Uint8Array {
  return concatBytes(utf8('epoch-key\0'), bytesFromId(profileId), bytesFromId(deviceId))
}

function mayConnect(member: Member, nowMs: number): boolean {
  return !member.revoked && member.notBeforeMs <= nowMs && nowMs < member.notAfterMs
}

/** Of the renewals for this certificate, the one issued last counts, even when it ends sooner. */
function latestRenewal(
  state: AuthorityState,
  { deviceId }: EnrolledDevice,
  renewals: readonly CertificateRenewal[],
): CertificateRenewal | undefined {
  return renewals
    .filter((renewal) => renewal.profileId === state.profileId && renewal.deviceId === deviceId)
    .reduce<CertificateRenewal | undefined>(
      (last, one) => (last && last.issuedAtMs >= one.issuedAtMs ? last : one),
      undefined,
    )
}

function memberFrom({ deviceId, certificate, order, revoked }: EnrolledDevice, renewal?: CertificateRenewal): Member {
  const { signPublicKey, boxPublicKey, peerPublicKey, name, notBeforeMs } = certificate
  return {
    deviceId,
    signPublicKey,
    boxPublicKey,
    peerId: hexFromBytes(peerPublicKey),
    name,
    class: certificate.class,
    caps: certificate.caps,
    notBeforeMs,
    notAfterMs: renewal?.notAfterMs ?? certificate.notAfterMs,
    revoked: revoked !== undefined,
    order,
  }
}

function createEpochKeys(
  state: AuthorityState,
  identity: DeviceIdentity,
): (epochId: EpochId) => Uint8Array | undefined {
  const context = epochSealContext(state.profileId, identity.deviceId)
  const sealedById = new Map(state.epochs.map((epoch) => [epoch.epochId, epoch.sealedByDevice.get(identity.deviceId)]))
  const opened = new Map<EpochId, Uint8Array>()
  return (epochId) => {
    const sealed = sealedById.get(epochId)
    const key = opened.get(epochId) ?? (sealed && unsealKey(context, identity.boxSecret, sealed))
    if (key !== undefined) opened.set(epochId, key)
    return key?.slice()
  }
}

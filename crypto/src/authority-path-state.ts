import type {
  AddDevice,
  AuthorityBody,
  Cut,
  Genesis,
  ProfilePolicy,
  RevocationReason,
} from '@cloudos/protocol/authority-body'
import { equalBytes } from '@cloudos/protocol/bytes'
import type { DeviceCertificate } from '@cloudos/protocol/certificate'
import { bytesFromId, chainKey, idFromBytes } from '@cloudos/protocol/ids'
import type { ChainKey, DeviceId, DocId, EpochId, Hash, ProfileId } from '@cloudos/protocol/ids'
import { hashPathState } from './authority-checkpoint.ts'
import type { RefusedEntry } from './authority-path.ts'
import type { Epoch, EpochStanding, InertReason } from './authority-state.ts'
import { deviceIdFrom } from './derive.ts'
import type { VerifiedEntry } from './verified-entry.ts'

/** What the path says, while it is being followed. */
export interface PathState {
  readonly profileId: ProfileId
  rootPublicKey: Uint8Array
  rootSince: number
  recoveryPublicKey: Uint8Array
  policy: ProfilePolicy
  slotSetHash: Hash | undefined
  readonly enrolledById: Map<DeviceId, Enrolled>
  readonly revokedById: Map<DeviceId, RevocationReason>
  readonly epochById: Map<EpochId, Omit<Epoch, 'sealedByDevice'>>
  readonly sealsByEpoch: Map<EpochId, Map<DeviceId, Uint8Array>>
  readonly cutByDoc: Map<DocId, Map<ChainKey, number>>
  readonly keyChanges: Hash[]
  readonly inert: RefusedEntry<InertReason>[]
}

interface Enrolled {
  readonly certificate: DeviceCertificate
  readonly order: number
}

export function startState(profileId: ProfileId, { rootPublicKey, recoveryPublicKey, policy }: Genesis): PathState {
  return {
    profileId,
    rootPublicKey,
    rootSince: 1,
    recoveryPublicKey,
    policy,
    slotSetHash: undefined,
    enrolledById: new Map(),
    revokedById: new Map(),
    epochById: new Map(),
    sealsByEpoch: new Map(),
    cutByDoc: new Map(),
    keyChanges: [],
    inert: [],
  }
}

export function applyEntry(state: PathState, signed: VerifiedEntry): void {
  const { body, seq } = signed.entry
  switch (body.kind) {
    case 'genesis':
      return
    case 'add-device':
      return enrol(state, signed, body)
    case 'revoke-device':
    case 'cut':
      takeAway(state, body)
      return
    case 'rotate-epoch':
      return keepEpoch(state, signed, 'path')
    case 'set-policy':
      state.policy = body.policy
      return
    case 'slot-change':
      state.slotSetHash = body.slotSetHash
      return
    case 'root-rotate':
      state.rootPublicKey = body.newRootPublicKey
      state.rootSince = seq
      state.keyChanges.push(signed.hash)
      return
    case 'recovery-rotate':
      state.recoveryPublicKey = body.newRecoveryPublicKey
      state.keyChanges.push(signed.hash)
      return
    case 'checkpoint':
      if (body.stateHash !== hashPathState(state)) state.inert.push({ hash: signed.hash, reason: 'other-checkpoint' })
  }
}

function enrol(state: PathState, { entry, hash }: VerifiedEntry, { certificate, sealedByEpoch }: AddDevice): void {
  const deviceId = deviceIdFrom(certificate.signPublicKey)
  const reason = state.enrolledById.has(deviceId)
    ? 'already-in'
    : [...state.enrolledById.values()].some((other) => sharesKey(other.certificate, certificate))
      ? 'shared-key'
      : undefined
  if (reason !== undefined) return void state.inert.push({ hash, reason })
  state.enrolledById.set(deviceId, { certificate, order: entry.seq })
  for (const [epochId, sealed] of sealedByEpoch) keepSeal(state, epochId, deviceId, sealed)
}

/** A peer id or a box key stands for one device. */
function sharesKey(a: DeviceCertificate, b: DeviceCertificate): boolean {
  return equalBytes(a.peerPublicKey, b.peerPublicKey) || equalBytes(a.boxPublicKey, b.boxPublicKey)
}

/** What only takes away. True when it took something that was not taken yet. */
export function takeAway(state: PathState, body: AuthorityBody): boolean {
  if (body.kind === 'cut') return joinCut(state, body)
  if (body.kind !== 'revoke-device' || state.revokedById.has(body.deviceId)) return false
  state.revokedById.set(body.deviceId, body.reason)
  return true
}

function joinCut(state: PathState, { deviceId, chainsByDoc }: Cut): boolean {
  let isNews = false
  for (const [docId, chains] of chainsByDoc) {
    const cuts = entryOf(state.cutByDoc, docId)
    for (const [incarnation, seq] of chains) {
      const chain = chainKey(deviceId, incarnation)
      if (seq <= (cuts.get(chain) ?? -1)) continue
      cuts.set(chain, seq)
      isNews = true
    }
  }
  return isNews
}

export function keepEpoch(state: PathState, { entry, hash }: VerifiedEntry, standing: EpochStanding): void {
  const { body, seq } = entry
  if (body.kind === 'add-device' && standing === 'aside') {
    // The device waits, yet it holds these keys: should it be revoked, they are known to a revoked device.
    const deviceId = deviceIdFrom(body.certificate.signPublicKey)
    for (const [epochId, sealed] of body.sealedByEpoch) keepSeal(state, epochId, deviceId, sealed)
  }
  if (body.kind !== 'rotate-epoch') return
  const epochId = epochIdFrom(hash)
  if (!state.epochById.has(epochId)) state.epochById.set(epochId, { epochId, seq, standing })
  for (const [deviceId, sealed] of body.sealedByDevice) keepSeal(state, epochId, deviceId, sealed)
}

export function epochIdFrom(rotateEntry: Hash): EpochId {
  return idFromBytes('EpochId', bytesFromId(rotateEntry).subarray(0, 8))
}

function keepSeal(state: PathState, epochId: EpochId, deviceId: DeviceId, sealed: Uint8Array): void {
  const seals = entryOf(state.sealsByEpoch, epochId)
  if (!seals.has(deviceId)) seals.set(deviceId, sealed)
}

function entryOf<Outer, Inner, Value>(map: Map<Outer, Map<Inner, Value>>, key: Outer): Map<Inner, Value> {
  const found = map.get(key) ?? new Map<Inner, Value>()
  map.set(key, found)
  return found
}

import { recoveryConsentPayload } from '@cloudos/protocol/authority'
import type { AuthorityBody, Cut, RevocationReason } from '@cloudos/protocol/authority-body'
import type { DeviceCertificate } from '@cloudos/protocol/certificate'
import type { DeviceId, DocId, EpochId, Incarnation } from '@cloudos/protocol/ids'
import { appendEntries, appendWithEpoch, keyByEpochFrom, newEpoch, placeAfter, readersOf } from './append-entries.ts'
import type { Appended, RootPower } from './append-entries.ts'
import { deviceIdFrom } from './derive.ts'
import { epochSealContext } from './membership.ts'
import { sealKey } from './seal-key.ts'
import { createSigner, signFor } from './signature.ts'
import type { Signer } from './signature.ts'
import { signEntry } from './verified-entry.ts'
import type { VerifiedEntry } from './verified-entry.ts'

/** Signs a device in. Its certificate must have passed `verifyCertificate`. It will read the epochs of `keyByEpoch`; a vault reads none. */
export function addDevice(
  { state, root, rng, nowMs }: RootPower,
  certificate: DeviceCertificate,
  keyByEpoch: ReadonlyMap<EpochId, Uint8Array>,
): Promise<readonly VerifiedEntry[]> {
  const context = epochSealContext(state.profileId, deviceIdFrom(certificate.signPublicKey))
  const granted = certificate.class === 'vault' ? [] : [...keyByEpoch]
  const sealedByEpoch = new Map(
    granted.map(([epochId, key]) => [epochId, sealKey(context, certificate.boxPublicKey, key, rng)]),
  )
  const body: AuthorityBody = { kind: 'add-device', certificate, sealedByEpoch }
  return appendEntries(state, root, [...state.toAppend, body], nowMs)
}

export interface Revocation {
  readonly deviceId: DeviceId
  readonly reason: RevocationReason
  /** How far its chains had been admitted by whoever has told so far; further cuts may follow and are joined. */
  readonly admitted: Cut['chainsByDoc']
}

/** In one append: out, how far it counts, and an epoch it is not given. Until the others hear of it they write under the old one. */
export function revokeDevice(power: RootPower, { deviceId, reason, admitted }: Revocation): Promise<Appended> {
  const rest = readersOf(power.state).filter((reader) => reader.deviceId !== deviceId)
  return appendWithEpoch(power, [{ kind: 'revoke-device', deviceId, reason }, ...cutBodies(deviceId, admitted)], rest)
}

/** Later cuts of devices that are out already, as the remaining ones tell how far they had believed them; joined by maximum. */
export function widenCuts(
  { state, root, nowMs }: Omit<RootPower, 'rng'>,
  admittedByDevice: ReadonlyMap<DeviceId, Cut['chainsByDoc']>,
): Promise<readonly VerifiedEntry[]> {
  const bodies = [...admittedByDevice].flatMap(([deviceId, admitted]) => cutBodies(deviceId, admitted))
  return appendEntries(state, root, [...state.toAppend, ...bodies], nowMs)
}

export function rotateEpoch(power: RootPower): Promise<Appended> {
  return appendWithEpoch(power, [], readersOf(power.state))
}

export interface NewRoot extends Appended {
  readonly rootSeed: Uint8Array
}

/**
 * Replaces the root and at once the epoch, whose key the old vault held. `by` is the old root or, when that is in a thief's hands, the
 * recovery key: then fold the entries up to the last good one and pass that state, and everything the old root signed besides falls.
 * Renewals of the old root end with it: renew the agents next.
 */
export async function rotateRoot({ state, rng, nowMs }: Omit<RootPower, 'root'>, by: Signer): Promise<NewRoot> {
  const rootSeed = rng.bytes(32)
  const root = createSigner(rootSeed)
  const change: AuthorityBody = { kind: 'root-rotate', newRootPublicKey: root.publicKey }
  const handover = await appendEntries(state, by, [change], nowMs)
  const { body, key } = newEpoch(state.profileId, readersOf(state), rng)
  const rest = await appendEntries(placeAfter(state, handover), root, [...state.toAppend, body], nowMs)
  return { entries: [...handover, ...rest], keyByEpoch: keyByEpochFrom(rest, key), rootSeed }
}

/** New words for the kit: the root and the old recovery key must both be at hand. */
export async function rotateRecovery(
  { state, root, nowMs }: Omit<RootPower, 'rng'>,
  oldRecovery: Signer,
  newRecoveryPublicKey: Uint8Array,
): Promise<VerifiedEntry> {
  const { profileId, tip, seq } = state
  const consent = await signFor(oldRecovery, 'authority', recoveryConsentPayload(profileId, tip, newRecoveryPublicKey))
  const body: AuthorityBody = { kind: 'recovery-rotate', newRecoveryPublicKey, consent }
  const entry = { profileId, seq: seq + 1, prev: tip, body, wallclockMs: nowMs }
  return signEntry(root, entry, oldRecovery.publicKey)
}

export function checkpoint({ state, root, nowMs }: Omit<RootPower, 'rng'>): Promise<readonly VerifiedEntry[]> {
  return appendEntries(state, root, [{ kind: 'checkpoint', stateHash: state.stateHash }], nowMs)
}

/** A chain is at most 30 bytes of an entry, which holds 64 KiB. */
const CHAINS_PER_ENTRY = 1000

function cutBodies(deviceId: DeviceId, admitted: Cut['chainsByDoc']): readonly AuthorityBody[] {
  const rows = [...admitted].flatMap(([docId, chains]) =>
    Array.from(chains, ([incarnation, seq]) => ({ docId, incarnation, seq })),
  )
  const bodies: AuthorityBody[] = []
  for (let start = 0; start < rows.length; start += CHAINS_PER_ENTRY) {
    const chainsByDoc = new Map<DocId, Map<Incarnation, number>>()
    for (const { docId, incarnation, seq } of rows.slice(start, start + CHAINS_PER_ENTRY)) {
      const chains = chainsByDoc.get(docId) ?? new Map<Incarnation, number>()
      chainsByDoc.set(docId, chains.set(incarnation, seq))
    }
    bodies.push({ kind: 'cut', deviceId, chainsByDoc })
  }
  return bodies
}

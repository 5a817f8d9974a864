import { equalBytes } from '@cloudos/protocol/bytes'
import type { DeviceId, Hash, ProfileId } from '@cloudos/protocol/ids'
import { err, ok } from '@cloudos/protocol/result'
import type { Result } from '@cloudos/protocol/result'
import { hashPathState } from './authority-checkpoint.ts'
import { chooseEpoch } from './authority-epoch.ts'
import { findPath } from './authority-path.ts'
import { applyEntry, keepEpoch, startState, takeAway } from './authority-path-state.ts'
import type { PathState } from './authority-path-state.ts'
import type { AuthorityState, EnrolledDevice, Epoch, Question } from './authority-state.ts'
import { deviceIdFrom } from './derive.ts'
import type { VerifiedEntry } from './verified-entry.ts'

/**
 * Who is in, from whatever entries have come: the same set gives the same state in any order. Branches that lost keep taking away
 * (revocations and cuts are a union) and never give: their devices wait for the owner. What a replaced root signed beside the path
 * does neither. `keyChangesSeen`: `keyChanges` of every state this reader has had before.
 */
export function foldAuthority(
  profileId: ProfileId,
  entries: readonly VerifiedEntry[],
  keyChangesSeen: ReadonlySet<Hash> = new Set(),
): Result<AuthorityState, 'no-genesis'> {
  const { path, strays, forks, refused } = findPath(profileId, entries, keyChangesSeen)
  const genesis = path[0]?.entry.body
  const tip = path.at(-1)
  if (genesis?.kind !== 'genesis' || tip === undefined) return err('no-genesis')
  const state = startState(profileId, genesis)
  for (const entry of path) applyEntry(state, entry)
  const stateHash = hashPathState(state)
  const current = new Set(strays.filter(({ signer }) => equalBytes(signer, state.rootPublicKey)))
  const toAppend = [...current].map(({ entry }) => entry.body).filter((body) => takeAway(state, body))
  for (const stray of strays) keepEpoch(state, stray, current.has(stray) ? 'aside' : 'replaced')
  const epochs = epochsOf(state)
  const deviceById = devicesOf(state)
  const { rootPublicKey, recoveryPublicKey, policy, slotSetHash, keyChanges } = state
  return ok({
    profileId, tip: tip.hash, seq: tip.entry.seq, rootPublicKey, recoveryPublicKey, policy, slotSetHash, deviceById, epochs,
    ...chooseEpoch(epochs, deviceById, state.revokedById, state.rootSince),
    cutByDoc: state.cutByDoc, keyChanges, forks, toAppend, stateHash,
    questions: strays.flatMap((stray) => questionsOf(state, stray, !current.has(stray))),
    refused: [...refused, ...state.inert],
  }) // prettier-ignore
}

function epochsOf({ epochById, sealsByEpoch }: PathState): readonly Epoch[] {
  return Array.from(epochById.values(), (epoch) => ({
    ...epoch,
    sealedByDevice: sealsByEpoch.get(epoch.epochId) ?? new Map<DeviceId, Uint8Array>(),
  }))
}

function devicesOf({ enrolledById, revokedById }: PathState): ReadonlyMap<DeviceId, EnrolledDevice> {
  const deviceById = new Map<DeviceId, EnrolledDevice>()
  for (const [deviceId, { certificate, order }] of enrolledById)
    deviceById.set(deviceId, { deviceId, certificate, order, revoked: revokedById.get(deviceId) })
  return deviceById
}

function questionsOf(state: PathState, { entry, hash }: VerifiedEntry, byReplacedKey: boolean): readonly Question[] {
  const { body } = entry
  if (body.kind === 'add-device') {
    const deviceId = deviceIdFrom(body.certificate.signPublicKey)
    const isSettled = state.enrolledById.has(deviceId) || state.revokedById.has(deviceId)
    return isSettled ? [] : [{ hash, ask: 'keep-device', deviceId, byReplacedKey }]
  }
  if (body.kind !== 'revoke-device' || !byReplacedKey) return []
  const { deviceId } = body
  const isOpen = state.enrolledById.has(deviceId) && !state.revokedById.has(deviceId)
  return isOpen ? [{ hash, ask: 'keep-revoked', deviceId, byReplacedKey }] : []
}

import type { DeviceId, EpochId, Hash, ProfileId } from '@cloudos/protocol/ids'
import type { AuthorityState } from '../authority-state.ts'
import { AuthorityHistory } from './authority-history.ts'
import { sampleProfile } from './profiles.ts'
import { createDice } from './seeded.ts'
import { foldAuthority } from '../authority-fold.ts'

/* Builds vectors/authority-folds.json: forked logs and what every reader must make of them. */

export interface AuthorityCase {
  readonly profileId: ProfileId
  readonly entries: readonly Uint8Array[]
  readonly fold: FoldSummary
}

export interface FoldSummary {
  readonly tip: Hash
  readonly stateHash: Hash
  readonly rootPublicKey: Uint8Array
  readonly recoveryPublicKey: Uint8Array
  readonly currentEpoch: EpochId | null
  readonly rotationDue: boolean
  readonly live: readonly DeviceId[]
  readonly revoked: readonly DeviceId[]
  readonly forks: AuthorityState['forks']
  readonly questions: AuthorityState['questions']
  readonly refused: AuthorityState['refused']
}

export async function authorityCases(): Promise<readonly AuthorityCase[]> {
  const cases: AuthorityCase[] = []
  for (let seed = 1001; seed <= 1006; seed++) {
    const dice = createDice(seed)
    const history = new AuthorityHistory(await sampleProfile(dice), dice)
    for (let i = 0; i < 8; i++) await history.step()
    const { profileId } = history.profile
    const state = foldAuthority(profileId, history.entries)
    if (!state.ok) throw new Error('a history without its genesis')
    cases.push({ profileId, entries: history.entries.map(({ bytes }) => bytes), fold: summaryOf(state.value) })
  }
  return cases
}

export function summaryOf(state: AuthorityState): FoldSummary {
  const { tip, stateHash, rootPublicKey, recoveryPublicKey, rotationDue, forks, questions, refused } = state
  const devices = [...state.deviceById.values()]
  const idsOf = (isRevoked: boolean): readonly DeviceId[] =>
    devices.filter(({ revoked }) => (revoked !== undefined) === isRevoked).map(({ deviceId }) => deviceId)
  return {
    tip,
    stateHash,
    rootPublicKey,
    recoveryPublicKey,
    currentEpoch: state.currentEpoch ?? null,
    rotationDue,
    live: idsOf(false),
    revoked: idsOf(true),
    forks,
    questions,
    refused,
  }
}

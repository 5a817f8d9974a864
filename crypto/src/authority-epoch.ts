import type { DeviceId, EpochId } from '@cloudos/protocol/ids'
import type { EnrolledDevice, Epoch } from './authority-state.ts'

export interface EpochChoice {
  readonly currentEpoch: EpochId | undefined
  readonly rotationDue: boolean
}

/**
 * The epoch to write under: the newest whose key no revoked device was ever given. A branch that won by its hash may hold nothing
 * newer than the epoch a revoked device knows; then the epoch of the branch that revoked it is taken, and a rotation is due.
 */
export function chooseEpoch(
  epochs: readonly Epoch[],
  deviceById: ReadonlyMap<DeviceId, EnrolledDevice>,
  revokedById: ReadonlyMap<DeviceId, unknown>,
  rootSince: number,
): EpochChoice {
  const isClean = ({ sealedByDevice }: Epoch): boolean => ![...sealedByDevice.keys()].some((id) => revokedById.has(id))
  const onPath = epochs.filter(({ standing }) => standing === 'path').toReversed()
  const fresh = onPath.filter(({ seq }) => seq > rootSince)
  const stale = onPath.filter(({ seq }) => seq <= rootSince)
  const aside = epochs.filter(({ standing }) => standing === 'aside')
  const clean = [...fresh, ...aside, ...stale].find(isClean)
  const chosen = clean ?? onPath[0]
  if (chosen === undefined) return { currentEpoch: undefined, rotationDue: true }
  const lacksSomebody = [...deviceById.values()].some(
    ({ deviceId, certificate, revoked }) =>
      revoked === undefined && certificate.class !== 'vault' && !chosen.sealedByDevice.has(deviceId),
  )
  return { currentEpoch: chosen.epochId, rotationDue: clean === undefined || !fresh.includes(chosen) || lacksSomebody }
}

import type { DeviceId } from '@cloudos/protocol/ids'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import type { MediaByDevice } from '../../profile/separate-storages.ts'
import { stateOf } from '../storage/medium-state.ts'
import type { ProfileStatus } from '../../profile/status.ts'
import type { Tone } from '../../ui/tone.ts'

export interface Copy {
  readonly id: string
  readonly name: string
  readonly state: string
  readonly tone: Tone
}

/**
 * Where the profile's documents lie, and how far each place is: every device by what it has said since this browser was opened, and the
 * places that it keeps, by what it has told of them.
 */
export function copiesFrom(status: Pick<ProfileStatus, 'devices' | 'behind'>, media: MediaByDevice): readonly Copy[] {
  const places = status.devices.flatMap(({ deviceId, name, presence }) =>
    presence === 'revoked'
      ? []
      : (media.get(deviceId) ?? []).filter(({ kind }) => kind !== 'device').map((medium) => placeOf(medium, name)),
  )
  const devices = devicesFrom(status).map((copy) => {
    const own = media.get(copy.id)?.find(({ kind }) => kind === 'device')
    // It has answered, and keeps what it has; how far that is nobody has compared yet.
    return own !== undefined && copy.tone === 'quiet' ? { ...copy, ...stateOf(own) } : copy
  })
  return [...devices, ...places]
}

function placeOf(medium: MediumView, deviceName: string): Copy {
  return { id: medium.mediumId, name: `${medium.where}, kept by ${deviceName}`, ...stateOf(medium) }
}

/** Whether all is safe, in one word: by the places that are not lost together where a device has counted them. */
export function safetyBadge(copies: readonly Copy[], safeIn: number): Pick<Copy, 'state' | 'tone'> {
  if (safeIn > 1) return { state: `safe in ${String(safeIn)} places`, tone: 'good' }
  if (safeIn === 1) return { state: 'not safe yet', tone: 'warn' }
  const inStep = copies.filter(({ tone }) => tone === 'good').length
  return { state: inStep === 1 ? 'one copy' : `${String(inStep)} in step`, tone: inStep > 1 ? 'good' : 'warn' }
}

function devicesFrom({
  devices,
  behind,
}: Pick<ProfileStatus, 'devices' | 'behind'>): readonly (Copy & { readonly id: DeviceId })[] {
  return devices
    .filter(({ presence }) => presence !== 'revoked')
    .map(({ deviceId, name, presence }) => {
      if (presence === 'here') return { id: deviceId, name, state: 'saved here', tone: 'good' }
      const said = [...behind.values()].map((byDevice) => byDevice.get(deviceId))
      const edits = said.reduce<number>((sum, missing) => sum + (missing ?? 0), 0)
      if (said.length === 0 || said.includes(undefined))
        return { id: deviceId, name, state: 'not known', tone: 'quiet' }
      if (edits === 0) return { id: deviceId, name, state: 'in step', tone: 'good' }
      return { id: deviceId, name, state: `${String(edits)} edit${edits === 1 ? '' : 's'} behind`, tone: 'warn' }
    })
}

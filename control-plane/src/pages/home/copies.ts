import type { ProfileStatus } from '../../profile/status.ts'
import type { Tone } from '../../ui/tone.ts'

export interface Copy {
  readonly id: string
  readonly name: string
  readonly state: string
  readonly tone: Tone
}

/** Where the profile's documents lie, and how far each place is, as far as it has said since this browser was opened. */
export function copiesFrom({ devices, behind }: Pick<ProfileStatus, 'devices' | 'behind'>): readonly Copy[] {
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

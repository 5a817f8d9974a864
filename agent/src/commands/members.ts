import { nameDevice, shownName } from '@cloudos/mesh/profile-doc/device-names'
import { openProfileDoc } from '@cloudos/mesh/profile-doc/profile-doc'
import type { Profile } from '@cloudos/mesh/profile'
import { CloudError } from '@cloudos/protocol/cloud-error'
import { listDevicesCommand, renameDeviceCommand } from '@cloudos/protocol/device-commands'
import type { ListedDevice } from '@cloudos/protocol/device-commands'
import type { DeviceId } from '@cloudos/protocol/ids'
import { register } from './register.ts'
import type { Registered } from './register.ts'

export interface MemberCommandParts {
  readonly deviceId: DeviceId
  readonly profile: Profile | undefined
}

/** The devices of the profile, and what its owner calls them. */
export function memberCommands(mesh: MemberCommandParts): readonly Registered[] {
  const profileNow = (): Profile => {
    if (mesh.profile === undefined)
      throw new CloudError('no-profile', 'This device is in no profile yet. Open its page, or pair it.')
    return mesh.profile
  }
  return [
    register({
      shape: listDevicesCommand,
      run: async () => {
        const { membership, replica } = profileNow()
        const { ydoc } = await openProfileDoc(replica)
        const peers = new Set(replica.peers())
        const devices = membership.members().map((member): ListedDevice => ({
          deviceId: member.deviceId,
          name: shownName(ydoc, member),
          class: member.class,
          presence: member.revoked
            ? 'removed'
            : member.deviceId === mesh.deviceId
              ? 'here'
              : peers.has(member.peerId)
                ? 'online'
                : 'offline',
          certificateEndsMs: member.notAfterMs,
        }))
        return { devices }
      },
    }),
    register({
      shape: renameDeviceCommand,
      run: async ({ deviceId, name }) => {
        const { membership, replica } = profileNow()
        if (membership.member(deviceId) === undefined)
          throw new CloudError('no-such-device', 'The profile has no such device. `cloudos device list` shows them.')
        const doc = await openProfileDoc(replica)
        nameDevice(doc.ydoc, deviceId, name)
        await doc.durable()
        return {}
      },
    }),
  ]
}

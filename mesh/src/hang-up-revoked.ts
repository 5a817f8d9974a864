import type { DeviceId } from '@cloudos/protocol/ids'
import type { Clock } from '@cloudos/protocol/ports'
import type { MeshNode } from './node-parts.ts'
import type { Profile } from './profile.ts'

/** How long the revoked is given to read why. */
const FAREWELL_MS = 1_000

/** Ends the connection of every device revoked from now on, with all its channels, once it has had time to read that it was. */
export function hangUpRevoked(node: MeshNode, profile: Profile, clock: Clock): void {
  const revoked = (): readonly { deviceId: DeviceId; peerId: string }[] =>
    profile.membership.members().filter((member) => member.revoked)
  const known = new Set(revoked().map(({ deviceId }) => deviceId))
  profile.onMembers(() => {
    for (const { deviceId, peerId } of revoked()) {
      if (known.has(deviceId)) continue
      known.add(deviceId)
      void clock.sleep(FAREWELL_MS).then(() => node.hangUp(peerId))
    }
  })
}

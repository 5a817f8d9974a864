import {
  addStorageCommand,
  checkStorageCommand,
  listStorageCommand,
  removeStorageCommand,
  syncStorageCommand,
  trustStorageCommand,
} from '@cloudos/protocol/storage-commands'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import type { OtherDevices } from '../device-code/other-devices.ts'
import { wipeCheckCommand } from '@cloudos/protocol/wipe-command'
import type { SafetyDesk } from '../safety/safety-desk.ts'
import type { MediaDesk } from '../media/media-desk.ts'
import { register } from './register.ts'
import type { Registered } from './register.ts'

/** Where this device keeps the profile, and what would be lost with it. */
export function storageCommands(
  desk: MediaDesk,
  safety: SafetyDesk,
  others: OtherDevices,
  place: () => string,
): readonly Registered[] {
  const withPlace = (medium: MediumView): MediumView => {
    const reachedAt = place()
    return medium.kind === 'device' && reachedAt !== '' ? { ...medium, reachedAt } : medium
  }
  return [
    register({
      shape: listStorageCommand,
      run: async () => ({
        media: [...(await safety.media()).map(withPlace), ...(await others.copies())],
        safety: await safety.now(),
      }),
    }),
    register({ shape: addStorageCommand, run: async (place) => ({ mediumId: await desk.add(place) }) }),
    register({
      shape: removeStorageCommand,
      run: async ({ mediumId, anyway }) => {
        if (anyway !== true) await safety.mustHoldWithout(mediumId)
        await desk.remove(mediumId)
        return safety.now()
      },
    }),
    register({ shape: wipeCheckCommand, run: ({ deviceId }) => safety.wipeCheck(deviceId) }),
    register({ shape: checkStorageCommand, run: ({ mediumId }) => desk.check(mediumId) }),
    register({
      shape: syncStorageCommand,
      run: async ({ mediumId }) => {
        await desk.sync(mediumId)
        return {}
      },
    }),
    register({
      shape: trustStorageCommand,
      run: async ({ mediumId }) => {
        await desk.trust(mediumId)
        return {}
      },
    }),
  ]
}

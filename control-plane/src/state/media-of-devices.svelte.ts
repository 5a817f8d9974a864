import { CloudError } from '@cloudos/protocol/cloud-error'
import type { DeviceId } from '@cloudos/protocol/ids'
import { listStorageCommand } from '@cloudos/protocol/storage-commands'
import { callAgent } from '../profile/agent-commands.ts'
import type { ProfileInTab } from '../profile/profile.ts'
import { NO_MEDIA, withMedia } from '../profile/separate-storages.ts'

const LOOK_EVERY_MS = 15_000

/** Where connected devices keep the profile, as they have told while somebody looked. */
export class MediaOfDevices {
  byDevice = $state.raw(NO_MEDIA)
  /** How many places that are not lost together hold all that each device has saved. */
  safeIn = $state.raw<Readonly<Record<DeviceId, number>>>({})

  /** By the device that counts most: it may keep places that the others do not know. 0 while none has told. */
  get safest(): number {
    return Math.max(0, ...Object.values(this.safeIn))
  }

  /** Asks now and regularly. Returns what ends it. */
  watch(profile: ProfileInTab, devices: readonly DeviceId[]): () => void {
    const look = (): void => {
      for (const deviceId of devices) void this.#look(profile, deviceId)
    }
    look()
    const timer = setInterval(look, LOOK_EVERY_MS)
    return () => {
      clearInterval(timer)
    }
  }

  async #look(profile: ProfileInTab, deviceId: DeviceId): Promise<void> {
    try {
      const { media, safety } = await callAgent(profile.device(deviceId), listStorageCommand, {})
      this.byDevice = withMedia(this.byDevice, deviceId, media)
      this.safeIn = { ...this.safeIn, [deviceId]: safety.domains.length }
    } catch (cause) {
      // One that does not answer has said what it said last.
      if (!(cause instanceof CloudError)) throw cause
    }
  }
}

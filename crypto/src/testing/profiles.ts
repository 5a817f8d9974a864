import type { DeviceClass } from '@cloudos/protocol/certificate'
import { createDeviceSeeds, deviceIdentityFrom } from '../device-identity.ts'
import type { DeviceIdentity } from '../device-identity.ts'
import { foundProfile } from '../found-profile.ts'
import type { FoundedProfile } from '../found-profile.ts'
import type { Dice } from './seeded.ts'

export const NOW_MS = Date.UTC(2026, 0, 1)

export interface SampleDevice {
  readonly identity: DeviceIdentity
  readonly name: string
  readonly class: DeviceClass
}

export function sampleDevice(dice: Dice, name: string, deviceClass: DeviceClass = 'agent'): SampleDevice {
  return { identity: deviceIdentityFrom(createDeviceSeeds(dice)), name, class: deviceClass }
}

export interface SampleProfile extends FoundedProfile {
  readonly laptop: SampleDevice
  readonly desktop: SampleDevice
}

export async function sampleProfile(dice: Dice): Promise<SampleProfile> {
  const laptop = sampleDevice(dice, 'laptop', 'browser')
  const desktop = sampleDevice(dice, 'desktop')
  return { ...(await foundProfile({ rng: dice, nowMs: NOW_MS, devices: [laptop, desktop] })), laptop, desktop }
}

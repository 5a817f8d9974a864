import type { DeviceId } from '@cloudos/protocol/ids'
import type { MediumView } from '@cloudos/protocol/storage-commands'
import type { DeviceView } from './status.ts'

/** What each device has said of the places it keeps the profile in. */
export type MediaByDevice = ReadonlyMap<DeviceId, readonly MediumView[]>

export const NO_MEDIA: MediaByDevice = new Map()

export function withMedia(known: MediaByDevice, deviceId: DeviceId, media: readonly MediumView[]): MediaByDevice {
  // What one device says of another, that other says itself.
  return new Map([...known, [deviceId, media.filter(({ kind }) => kind !== 'peer')]])
}

/** The devices that can be asked now where they keep it. */
export function askableFor({ devices }: { readonly devices: readonly DeviceView[] }): readonly DeviceId[] {
  const agents = devices.filter(({ class: kind, presence, link }) => kind === 'agent' && presence !== 'revoked' && link)
  return agents.map(({ deviceId }) => deviceId)
}

/** The copies that are not lost with a device's own disk, by what each is lost with: a disk is that of its device. */
export function separateStorages(media: MediaByDevice): readonly { readonly failureDomain: string }[] {
  return [...media].flatMap(([deviceId, places]) => {
    const own = places.find(({ kind }) => kind === 'device')?.failureDomain
    return places
      .filter(({ kind, gen, failureDomain }) => kind !== 'device' && gen > 0 && failureDomain !== own)
      .map(({ kind, failureDomain }) => ({
        failureDomain: kind === 'folder' ? `${deviceId} ${failureDomain}` : failureDomain,
      }))
  })
}

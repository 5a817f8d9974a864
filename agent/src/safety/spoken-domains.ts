import { shownName } from '@cloudos/mesh/profile-doc/device-names'
import { findProfileDoc } from '@cloudos/mesh/profile-doc/profile-doc'
import type { Profile } from '@cloudos/mesh/profile'
import type { DeviceId } from '@cloudos/protocol/ids'
import type { MediumView } from '@cloudos/protocol/storage-commands'

/** What is lost with a device, as a person says it; one of several that are called alike also by the beginning of its id. */
export function diskOfDevice({ membership, replica }: Profile, deviceId: DeviceId): string {
  const names = findProfileDoc(replica)?.ydoc
  const members = membership.members()
  const member = members.find((one) => one.deviceId === deviceId)
  if (member === undefined) return OWN_DISK
  const name = shownName(names, member)
  const isAlone = members.every((one) => one.deviceId === deviceId || shownName(names, one) !== name)
  const called = isAlone ? name : `${name} (${deviceId.slice(0, 8)})`
  return member.class === 'agent' ? `the disk of ${called}` : `the browser ${called}`
}

/** Of a device that is in no profile yet. */
export const OWN_DISK = 'the disk of this device'

/** The same places, with what each is lost with in words; two that were in one domain still are. */
export function withSpokenDomains(media: readonly MediumView[], ownDisk: string): readonly MediumView[] {
  const ownDomain = media.find(({ kind }) => kind === 'device')?.failureDomain
  const said = (medium: MediumView): string => {
    const { kind, failureDomain } = medium
    if (failureDomain === ownDomain) return ownDisk
    switch (kind) {
      case 'device':
        return ownDisk
      case 'folder':
        return `the disk with ${media.find((one) => one.kind === kind && one.failureDomain === failureDomain)?.where ?? ''}`
      case 'github': {
        const [host, owner] = failureDomain.split(' ')
        return host === 'github.com' ? `GitHub (${owner ?? ''})` : failureDomain
      }
      case 'drive':
        return failureDomain.replace(/^google /, 'the Google account ')
      case 'webdav':
      case 's3':
      case 'peer':
        return failureDomain
    }
  }
  return media.map((medium) => ({ ...medium, failureDomain: said(medium) }))
}

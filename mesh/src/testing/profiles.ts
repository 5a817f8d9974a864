import { createDeviceSeeds, deviceIdentityFrom } from '@cloudos/crypto/device-identity'
import type { DeviceIdentity } from '@cloudos/crypto/device-identity'
import { foundProfile } from '@cloudos/crypto/found-profile'
import type { FoundedProfile } from '@cloudos/crypto/found-profile'
import type { Dice } from '@cloudos/crypto/testing/seeded'
import type { DeviceClass } from '@cloudos/protocol/certificate'
import type { Hash } from '@cloudos/protocol/ids'
import type { Clock } from '@cloudos/protocol/ports'
import type { AuthorityStore } from '../authority-log.ts'
import type { SightingsMemory } from '../copy/sightings-book.ts'
import { createDiskStore } from '../disk-log.ts'
import type { Incident } from '../incident.ts'
import { openProfile } from '../profile.ts'
import type { Profile } from '../profile.ts'
import type { RenewalStore } from '../renewals/renewal-book.ts'
import { instantClock } from './family.ts'
import { MemoryDisk } from './memory-disk.ts'

export function newDevice(dice: Dice): DeviceIdentity {
  return deviceIdentityFrom(createDeviceSeeds(dice))
}

/** What a device keeps of its profile, so that it can be opened a second time. */
export interface KeptProfileParts {
  readonly founded: FoundedProfile
  readonly identity: DeviceIdentity
  readonly entries: Uint8Array[]
  readonly renewals: Map<string, Uint8Array>
  readonly heads: Map<string, Uint8Array>
  readonly sightings: Map<string, Uint8Array>
  readonly disk: MemoryDisk
  readonly incidents: Incident[]
  readonly dice: Dice
}

export function authorityStoreOf(entries: Uint8Array[]): AuthorityStore {
  let kept: readonly Hash[] = []
  return {
    load: () => Promise.resolve({ entries, keyChanges: kept }),
    append: (more, keyChanges) => {
      entries.push(...more)
      kept = keyChanges
      return Promise.resolve()
    },
  }
}

export function renewalStoreOf(kept: Map<string, Uint8Array>): RenewalStore {
  return {
    load: () => Promise.resolve([...kept.values()]),
    save: (deviceId, signed) => {
      kept.set(deviceId, signed)
      return Promise.resolve()
    },
  }
}

export function sightingsMemoryOf(kept: Map<string, Uint8Array>): SightingsMemory {
  return {
    load: () => Promise.resolve([...kept.values()]),
    save: (deviceId, medium, signed) => {
      kept.set(deviceId + medium, signed)
      return Promise.resolve()
    },
  }
}

export function foundWith(
  dice: Dice,
  devices: readonly (readonly [DeviceIdentity, DeviceClass])[],
): Promise<FoundedProfile> {
  return foundProfile({
    rng: dice,
    nowMs: instantClock.nowMs(),
    devices: devices.map(([identity, kind], at) => ({ identity, name: `device ${String(at)}`, class: kind })),
  })
}

export function keptOf(founded: FoundedProfile, identity: DeviceIdentity, dice: Dice): KeptProfileParts {
  return {
    founded,
    identity,
    entries: founded.entries.map(({ bytes }) => bytes),
    renewals: new Map(),
    heads: new Map(),
    sightings: new Map(),
    disk: new MemoryDisk(identity.deviceId),
    incidents: [],
    dice,
  }
}

export function openKept(kept: KeptProfileParts, clock: Clock): Promise<Profile> {
  return openProfile({
    profileId: kept.founded.profileId,
    identity: kept.identity,
    authority: authorityStoreOf(kept.entries),
    frames: createDiskStore(kept.disk),
    heads: {
      load: () => Promise.resolve([...kept.heads.values()]),
      save: (deviceId, docId, signed) => {
        kept.heads.set(deviceId + docId, signed.slice())
        return Promise.resolve()
      },
    },
    sightings: sightingsMemoryOf(kept.sightings),
    renewals: renewalStoreOf(kept.renewals),
    clock,
    rng: kept.dice,
    onIncident: (incident) => kept.incidents.push(incident),
  })
}

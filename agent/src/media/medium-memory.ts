import { memoryAlone, memoryAmong } from '@cloudos/mesh/copy/copy-memory'
import type { CopyMemory } from '@cloudos/mesh/copy/copy-memory'
import type { Profile } from '@cloudos/mesh/profile'
import { machineId } from '../disk.ts'
import type { Media, StoredMedium } from '../journal/media.ts'
import { sharedName } from './shared-name.ts'

/** What is known of the heads in a place: by this device alone, or with what the others were shown there. */
export function mediumMemory(medium: StoredMedium, media: Media, { sightings }: Profile): CopyMemory {
  const { mediumId } = medium
  const newest = {
    find: () => media.all().find((one) => one.mediumId === mediumId)?.seen,
    save: (seen: NonNullable<StoredMedium['seen']>) => {
      media.saw(mediumId, seen)
    },
  }
  const name = sharedName(medium, machineId())
  return name === undefined ? memoryAlone(newest) : memoryAmong(sightings, name, newest)
}

/** The place is kept no longer: what was shown there is held against nobody. Rejects with `CloudError`. */
export async function forgetMedium(medium: StoredMedium, { sightings }: Profile): Promise<void> {
  const name = sharedName(medium, machineId())
  if (name !== undefined) await sightings.forget(name)
}

/** Calls back with each of `media` that another device has said something of, until the returned function is called. */
export function onToldOf(media: Media, { sightings }: Profile, tell: (mediumId: string) => void): () => void {
  return sightings.onTold((name) => {
    for (const medium of media.all()) if (sharedName(medium, machineId()) === name) tell(medium.mediumId)
  })
}

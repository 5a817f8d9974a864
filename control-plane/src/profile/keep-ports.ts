import type { AuthorityStore } from '@cloudos/mesh/authority-log'
import type { SightingsMemory } from '@cloudos/mesh/copy/sightings-book'
import type { HeadsMemory } from '@cloudos/mesh/heads-book'
import type { RenewalStore } from '@cloudos/mesh/renewals/renewal-book'
import { withKeep } from './keep.ts'
import type { KeepDatabase } from './keep.ts'

const STRICT = { durability: 'strict' } as const

export function createAuthorityStore(keep: KeepDatabase): AuthorityStore {
  return {
    load: () =>
      withKeep(async () => ({
        entries: await keep.getAll('entries'),
        keyChanges: (await keep.get('keyChanges', 'seen')) ?? [],
      })),
    append: async (entries, keyChanges) => {
      await withKeep(() => {
        const write = keep.transaction(['entries', 'keyChanges'], 'readwrite', STRICT)
        const puts = entries.map((entry) => write.objectStore('entries').put(entry))
        return Promise.all([...puts, write.objectStore('keyChanges').put(keyChanges, 'seen'), write.done])
      })
    },
  }
}

export function createHeadsMemory(keep: KeepDatabase): HeadsMemory {
  return {
    load: () => withKeep(() => keep.getAll('heads')),
    save: async (deviceId, docId, signed) => {
      await withKeep(() => {
        const write = keep.transaction('heads', 'readwrite', STRICT)
        return Promise.all([write.store.put(signed, deviceId + docId), write.done])
      })
    },
  }
}

export function createSightingsMemory(keep: KeepDatabase): SightingsMemory {
  return {
    load: () => withKeep(() => keep.getAll('sightings')),
    save: async (deviceId, medium, signed) => {
      await withKeep(() => {
        const write = keep.transaction('sightings', 'readwrite', STRICT)
        return Promise.all([write.store.put(signed, deviceId + medium), write.done])
      })
    },
  }
}

export function createRenewalStore(keep: KeepDatabase): RenewalStore {
  return {
    load: () => withKeep(() => keep.getAll('renewals')),
    save: async (deviceId, signed) => {
      await withKeep(() => {
        const write = keep.transaction('renewals', 'readwrite', STRICT)
        return Promise.all([write.store.put(signed, deviceId), write.done])
      })
    },
  }
}

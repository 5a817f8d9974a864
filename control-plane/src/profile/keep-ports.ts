import type { AuthorityStore } from '@cloudos/mesh/authority-log'
import type { HeadsMemory } from '@cloudos/mesh/heads-book'
import { keepError } from './keep.ts'
import type { KeepDatabase } from './keep.ts'

const STRICT = { durability: 'strict' } as const

export function createAuthorityStore(keep: KeepDatabase): AuthorityStore {
  return {
    load: async () => ({
      entries: await keepError(keep.getAll('entries')),
      keyChanges: (await keepError(keep.get('keyChanges', 'seen'))) ?? [],
    }),
    append: async (entries, keyChanges) => {
      const write = keep.transaction(['entries', 'keyChanges'], 'readwrite', STRICT)
      const puts = entries.map((entry) => write.objectStore('entries').put(entry))
      await keepError(Promise.all([...puts, write.objectStore('keyChanges').put(keyChanges, 'seen'), write.done]))
    },
  }
}

export function createHeadsMemory(keep: KeepDatabase): HeadsMemory {
  return {
    load: () => keepError(keep.getAll('heads')),
    save: async (deviceId, docId, signed) => {
      const write = keep.transaction('heads', 'readwrite', STRICT)
      await keepError(Promise.all([write.store.put(signed, deviceId + docId), write.done]))
    },
  }
}

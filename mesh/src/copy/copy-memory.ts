import type { Hash } from '@cloudos/protocol/ids'
import type { SeenHead } from '@cloudos/protocol/sightings'
import { knownAlone } from './lie.ts'
import type { KnownHeads } from './lie.ts'
import type { SightingsBook } from './sightings-book.ts'

/** Durable memory of one medium: what a rollback or a fork is measured against. */
export interface CopyMemory {
  known(): KnownHeads
  /** `settled` as in `OwnSightings`. Resolves once it is durable; rejects with `CloudError`. */
  save(seen: SeenHead, settled: number): Promise<void>
}

/** The newest head of a medium, as this device keeps it beside what it needs to reach it. */
export interface NewestHead {
  find(): SeenHead | undefined
  save(seen: SeenHead): void
}

/** For a place that means nothing to another device: a folder of this one. */
export function memoryAlone(newest: NewestHead): CopyMemory {
  return {
    known: () => knownAlone(newest.find()),
    save: async (seen) => {
      newest.save(seen)
    },
  }
}

/** For a place that the other devices know by the same name: what they were shown there counts too, and they are told. */
export function memoryAmong(book: SightingsBook, medium: Hash, newest: NewestHead): CopyMemory {
  return {
    known: () => {
      const { own, told } = book.known(medium)
      const seen = newest.find()
      const isNewer = seen !== undefined && seen.gen > (own.heads.at(-1)?.gen ?? 0)
      return { own: isNewer ? { ...own, heads: [...own.heads, seen] } : own, told }
    },
    save: async (seen, settled) => {
      await book.saw(medium, seen, settled)
      newest.save(seen)
    },
  }
}

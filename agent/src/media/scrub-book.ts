import type { Hash } from '@cloudos/protocol/ids'
import type { Settings } from '../journal/settings.ts'

/** How a place has been looked after. */
export interface ScrubRecord {
  /** The last day, counted from 1970, whose share was read back. */
  readonly day: number
  readonly checkedAtMs: number
  /** Of the last time that something was put right there; 0 while nothing was. */
  readonly mendedObjects: number
  readonly mendedAtMs: number
}

/** Each object is read back once in so many days. */
const CYCLE_DAYS = 30
const DAY_MS = 24 * 3_600_000

export function dayOf(nowMs: number): number {
  return Math.floor(nowMs / DAY_MS)
}

/**
 * The objects whose turn it is, by their names: a thirtieth each day. Days on which nobody looked are made up for, so that everything has
 * been read back once a month has passed.
 */
export function dueSince(lastDay: number, today: number): (blob: Hash) => boolean {
  const first = Math.max(lastDay + 1, today - CYCLE_DAYS + 1)
  const turns = new Set(
    Array.from({ length: Math.max(0, today - first + 1) }, (_, index) => (first + index) % CYCLE_DAYS),
  )
  return (blob) => turns.has(Number.parseInt(blob.slice(0, 8), 16) % CYCLE_DAYS)
}

/** By place, also over a restart. */
export interface ScrubBook {
  find(mediumId: string): ScrubRecord | undefined
  note(mediumId: string, change: Partial<ScrubRecord>): void
  forget(mediumId: string): void
}

export function createScrubBook(settings: Settings): ScrubBook {
  const recordById = new Map((settings.find('scrubs') ?? '').split('\n').flatMap(recordFrom))
  const keep = (): void => {
    const lines = [...recordById].map(([mediumId, one]) => [mediumId, one.day, one.checkedAtMs, one.mendedObjects, one.mendedAtMs].join(' ')) // prettier-ignore
    settings.set('scrubs', lines.join('\n'))
  }
  return {
    find: (mediumId) => recordById.get(mediumId),
    note(mediumId, change) {
      recordById.set(mediumId, { ...NEVER, ...recordById.get(mediumId), ...change })
      keep()
    },
    forget(mediumId) {
      if (recordById.delete(mediumId)) keep()
    },
  }
}

const NEVER: ScrubRecord = { day: 0, checkedAtMs: 0, mendedObjects: 0, mendedAtMs: 0 }

function recordFrom(line: string): readonly (readonly [string, ScrubRecord])[] {
  const [mediumId = '', ...rest] = line.split(' ')
  const [day = -1, checkedAtMs = -1, mendedObjects = -1, mendedAtMs = -1] = rest.map(Number)
  const isGood = [day, checkedAtMs, mendedObjects, mendedAtMs].every(
    (number) => Number.isSafeInteger(number) && number >= 0,
  )
  return isGood && mediumId !== '' ? [[mediumId, { day, checkedAtMs, mendedObjects, mendedAtMs }]] : []
}

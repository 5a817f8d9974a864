import type { DatabaseSync } from 'node:sqlite'
import { ENTRIES } from '@cloudos/protocol/storage-commands'
import type { Entry } from '@cloudos/protocol/storage-commands'
import { numberOf, textOf } from './sqlite.ts'
import type { Row } from './sqlite.ts'

/** How the last drill of a copy went by one way in and one way to its place. */
export interface DrillRecord {
  /** The hex of its slot's public key; `undefined` where the copy could not even be read. */
  readonly way: string | undefined
  readonly entry: Entry
  readonly atMs: number
  /** `undefined`: everything came back. */
  readonly problem: string | undefined
  /** The last time that everything did. */
  readonly goodAtMs: number | undefined
}

export interface Drills {
  of(mediumId: string): readonly DrillRecord[]
  note(mediumId: string, drill: Omit<DrillRecord, 'goodAtMs'>): void
  /** The place is kept no longer. */
  forget(mediumId: string): void
}

export function createDrills(db: DatabaseSync, within: <T>(act: () => T) => T): Drills {
  const select = db.prepare(
    'SELECT way, entry, at_ms, problem, good_ms FROM drills WHERE medium_id = ? ORDER BY way, entry',
  )
  const upsert = db.prepare(`
    INSERT INTO drills (medium_id, way, entry, at_ms, problem, good_ms) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (medium_id, way, entry) DO UPDATE SET
      at_ms = excluded.at_ms, problem = excluded.problem, good_ms = COALESCE(excluded.good_ms, good_ms)`)
  const drop = db.prepare('DELETE FROM drills WHERE medium_id = ?')
  return {
    of: (mediumId) => within(() => select.all(mediumId).map(drillFromRow)),
    note: (mediumId, { way, entry, atMs, problem }) => {
      within(() => upsert.run(mediumId, way ?? '', entry, atMs, problem ?? '', problem === undefined ? atMs : null))
    },
    forget: (mediumId) => {
      within(() => drop.run(mediumId))
    },
  }
}

function drillFromRow(row: Row): DrillRecord {
  return {
    way: textOf(row, 'way') || undefined,
    entry: entryOf(textOf(row, 'entry')),
    atMs: numberOf(row, 'at_ms'),
    problem: textOf(row, 'problem') || undefined,
    goodAtMs: row['good_ms'] === null ? undefined : numberOf(row, 'good_ms'),
  }
}

/** What rotted into a word nobody knows shows no more than the least of them. */
function entryOf(text: string): Entry {
  return (Object.keys(ENTRIES) as Entry[]).find((entry) => entry === text) ?? 'stored'
}

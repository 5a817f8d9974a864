import type { DatabaseSync } from 'node:sqlite'
import type { SeenHead } from '@cloudos/mesh/copy/write-copy'
import { findId } from '@cloudos/protocol/ids'
import { numberOf, textOf } from './sqlite.ts'
import type { Row } from './sqlite.ts'

/** A folder that this device keeps a copy in. */
export interface StoredMedium {
  readonly mediumId: string
  readonly path: string
  readonly failureDomain: string
  /** The newest head seen there: what a rollback is measured against. */
  readonly seen: SeenHead | undefined
}

export interface Media {
  all(): readonly StoredMedium[]
  add(medium: StoredMedium): void
  saw(mediumId: string, seen: SeenHead): void
  remove(mediumId: string): void
}

export function createMedia(db: DatabaseSync, within: <T>(act: () => T) => T): Media {
  const select = db.prepare('SELECT medium_id, path, failure_domain, gen, head FROM media ORDER BY medium_id')
  const insert = db.prepare("INSERT INTO media (medium_id, path, failure_domain, gen, head) VALUES (?, ?, ?, 0, '')")
  const note = db.prepare('UPDATE media SET gen = ?, head = ? WHERE medium_id = ?')
  const drop = db.prepare('DELETE FROM media WHERE medium_id = ?')
  return {
    all: () => within(() => select.all().map(mediumFromRow)),
    add: ({ mediumId, path, failureDomain }) => {
      within(() => insert.run(mediumId, path, failureDomain))
    },
    saw: (mediumId, { gen, hash }) => {
      within(() => note.run(gen, hash, mediumId))
    },
    remove: (mediumId) => {
      within(() => drop.run(mediumId))
    },
  }
}

function mediumFromRow(row: Row): StoredMedium {
  const hash = findId('Hash', textOf(row, 'head'))
  return {
    mediumId: textOf(row, 'medium_id'),
    path: textOf(row, 'path'),
    failureDomain: textOf(row, 'failure_domain'),
    seen: hash && { gen: numberOf(row, 'gen'), hash },
  }
}

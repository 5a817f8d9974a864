import type { DatabaseSync } from 'node:sqlite'
import type { SeenHead } from '@cloudos/protocol/sightings'
import { findId } from '@cloudos/protocol/ids'
import { ADDED_KINDS } from '@cloudos/protocol/storage-commands'
import type { AddedKind } from '@cloudos/protocol/storage-commands'
import { createDrills } from './drills.ts'
import type { Drills } from './drills.ts'
import { numberOf, textOf } from './sqlite.ts'
import type { Row } from './sqlite.ts'

/** A place that this device keeps a copy in. */
export interface StoredMedium {
  readonly mediumId: string
  readonly kind: AddedKind
  readonly where: string
  readonly account: string | undefined
  /** `undefined` where none is needed. */
  readonly sealedCredential: Uint8Array | undefined
  readonly failureDomain: string
  /** The newest head seen there: what a rollback is measured against. */
  readonly seen: SeenHead | undefined
}

export interface Media {
  all(): readonly StoredMedium[]
  add(medium: StoredMedium): void
  saw(mediumId: string, seen: SeenHead): void
  remove(mediumId: string): void
  readonly drills: Drills
}

const COLUMNS = 'medium_id, kind, place, account, credential, failure_domain, gen, head'

export function createMedia(db: DatabaseSync, within: <T>(act: () => T) => T): Media {
  const select = db.prepare(`SELECT ${COLUMNS} FROM media ORDER BY medium_id`)
  const insert = db.prepare(`INSERT INTO media (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, 0, '')`)
  const note = db.prepare('UPDATE media SET gen = ?, head = ? WHERE medium_id = ?')
  const drop = db.prepare('DELETE FROM media WHERE medium_id = ?')
  return {
    all: () => within(() => select.all().flatMap(mediaFromRow)),
    add: ({ mediumId, kind, where, account, sealedCredential, failureDomain }) => {
      within(() => insert.run(mediumId, kind, where, account ?? '', sealedCredential ?? null, failureDomain))
    },
    saw: (mediumId, { gen, hash }) => {
      within(() => note.run(gen, hash, mediumId))
    },
    remove: (mediumId) => {
      within(() => drop.run(mediumId))
    },
    drills: createDrills(db, within),
  }
}

/** A row that rotted into a kind nobody knows is passed over: the others go on. */
function mediaFromRow(row: Row): readonly StoredMedium[] {
  const kind = findKind(textOf(row, 'kind'))
  const hash = findId('Hash', textOf(row, 'head'))
  const credential = row['credential']
  if (kind === undefined) return []
  return [
    {
      mediumId: textOf(row, 'medium_id'),
      kind,
      where: textOf(row, 'place'),
      account: textOf(row, 'account') || undefined,
      sealedCredential: credential instanceof Uint8Array ? credential : undefined,
      failureDomain: textOf(row, 'failure_domain'),
      seen: hash && { gen: numberOf(row, 'gen'), hash },
    },
  ]
}

function findKind(text: string): AddedKind | undefined {
  return (Object.keys(ADDED_KINDS) as AddedKind[]).find((kind) => kind === text)
}

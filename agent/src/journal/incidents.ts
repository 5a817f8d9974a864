import type { DatabaseSync } from 'node:sqlite'
import { LIMITS } from '@cloudos/protocol/limits'
import { numberOf, textOf } from './sqlite.ts'
import type { Row } from './sqlite.ts'

/** Something the owner should be able to see later. `count` of the same kind about the same subject. */
export interface KeptIncident {
  readonly kind: string
  readonly subject: string
  readonly detail: string
  readonly count: number
  readonly firstMs: number
  readonly lastMs: number
}

export interface NewIncident {
  readonly kind: string
  readonly subject: string
  readonly detail: string
  readonly atMs: number
  /** Bytes that convict somebody, kept from the first time. */
  readonly proof?: Uint8Array
}

export interface Incidents {
  /** May be lost by a power cut: nobody is told that it is kept, and a peer must not be able to make the disk wait. */
  note(incident: NewIncident): void
  /** The newest first. */
  recent(count: number): readonly KeptIncident[]
}

export function createIncidents(db: DatabaseSync, within: <T>(act: () => T) => T): Incidents {
  const upsert = db.prepare(
    `INSERT INTO incidents (kind, subject, detail, count, first_ms, last_ms, proof) VALUES (?, ?, ?, 1, ?, ?, ?)
     ON CONFLICT (kind, subject) DO UPDATE SET count = count + 1, last_ms = excluded.last_ms, detail = excluded.detail`,
  )
  const trim = db.prepare(
    `DELETE FROM incidents WHERE rowid IN
     (SELECT rowid FROM incidents WHERE proof IS NULL ORDER BY last_ms DESC LIMIT -1 OFFSET ${String(LIMITS.incidentsKept)})`,
  )
  const select = db.prepare('SELECT * FROM incidents ORDER BY last_ms DESC LIMIT ?')
  let untrimmed = 0
  return {
    note: ({ kind, subject, detail, atMs, proof }) => {
      within(() => {
        db.exec('PRAGMA synchronous = NORMAL')
        try {
          upsert.run(kind, subject, detail, atMs, atMs, proof ?? null)
          untrimmed = (untrimmed + 1) % TRIM_EVERY
          if (untrimmed === 0) trim.run()
        } finally {
          db.exec('PRAGMA synchronous = FULL')
        }
      })
    },
    recent: (count) => within(() => select.all(count).map(incidentFromRow)),
  }
}

const TRIM_EVERY = 256

function incidentFromRow(row: Row): KeptIncident {
  return {
    kind: textOf(row, 'kind'),
    subject: textOf(row, 'subject'),
    detail: textOf(row, 'detail'),
    count: numberOf(row, 'count'),
    firstMs: numberOf(row, 'first_ms'),
    lastMs: numberOf(row, 'last_ms'),
  }
}
